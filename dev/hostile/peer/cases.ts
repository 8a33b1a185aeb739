// All cases of the scripted peer.
import type { PeerCase } from "./case.js"

export const peerCases: readonly PeerCase[] = []
