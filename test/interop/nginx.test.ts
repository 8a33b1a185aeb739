import { startNginx } from "#dev/servers/nginx.js"
import { describeEveryGroup, describeEveryKind } from "./every-server.js"

describeEveryKind("nginx", startNginx)
describeEveryGroup("nginx", startNginx)
