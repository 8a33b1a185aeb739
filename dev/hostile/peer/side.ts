// The process of the scripted peer, build/hostile/python with main.py beside this file.
//
//   python main.py --certificate CHAIN.pem --key KEY.pem
//
// It says {"port": n} at its start, on 127.0.0.1. Each further line of its standard input is answered by one:
//   {"case": name, "script": {...}} -> {"armed": name}     what meets every TCP connection from now on
//   {"end": name} -> {"ended": name, "saw": {...}}         closes what is still open, and tells what happened
// It never sleeps but to wait for a connection or its bytes, so that a process that sleeps is silent for good.
import type { Side } from "../case.js"
import type { PeerCase } from "./case.js"

export function startPeer(): Promise<Side<PeerCase>> {
    throw new Error("not yet")
}
