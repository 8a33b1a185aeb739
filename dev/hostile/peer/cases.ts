// All cases of the scripted peer.
import type { PeerCase } from "./case.js"

export const peerCases: readonly PeerCase[] = [
    {
        family: "peer",
        group: "honest",
        name: "honest full 1.3",
        holds: "none",
        versions: "1.3",
        expect: "opens-full",
        script: {},
    },
    {
        family: "peer",
        group: "honest",
        name: "honest full 1.2",
        holds: "none",
        versions: "1.2",
        expect: "opens-full",
        script: {},
    },
    {
        family: "peer",
        group: "honest",
        name: "honest psk",
        holds: "psk",
        versions: "1.3",
        expect: "opens-resumed",
        script: {},
    },
    {
        family: "peer",
        group: "honest",
        name: "honest ticket",
        holds: "ticket",
        versions: "1.2",
        expect: "opens-resumed",
        script: {},
    },
    {
        family: "peer",
        group: "honest",
        name: "honest id",
        holds: "id",
        versions: "1.2",
        expect: "opens-resumed",
        script: {},
    },
    {
        family: "peer",
        group: "honest",
        name: "honest ticket both",
        holds: "ticket",
        versions: "both",
        expect: "opens-resumed",
        script: { speaks: "1.2" },
    },
]
