import { describeEveryApp } from "./every-app.js"

describeEveryApp()
