// All cases of the scripted peer.
import type { PeerCase } from "./case.js"
import { alertCases } from "./cases/alerts.js"
import { answerCases } from "./cases/answers.js"
import { externalCases } from "./cases/external.js"
import { messageCases } from "./cases/messages.js"
import { proofCases } from "./cases/proofs.js"
import { recordCases } from "./cases/records.js"
import { ticketCases } from "./cases/tickets.js"

export const peerCases: readonly PeerCase[] = [
    ...ticketCases,
    ...answerCases,
    ...messageCases,
    ...alertCases,
    ...proofCases,
    ...recordCases,
    ...externalCases,
]
