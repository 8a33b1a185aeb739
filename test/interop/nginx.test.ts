import { startNginx } from "#dev/servers/nginx.js"
import { describeEveryGroup, describeEveryKind, describeSha384Alone } from "./every-server.js"

describeEveryKind("nginx", startNginx)
describeEveryGroup("nginx", startNginx)
describeSha384Alone("nginx", startNginx)
