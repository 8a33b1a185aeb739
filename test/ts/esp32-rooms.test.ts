// Which way the files of the ESP32 port need each other: downwards, in the order in which docs/DESIGN.md lists its rooms.
import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { expect, test } from "vitest"
import { checkoutPath } from "#warmhello/base/paths.js"

const port = checkoutPath("firmware/port/esp32/src")
const files = readdirSync(port, { recursive: true, encoding: "utf8" }).filter((name) => /\.[ch]$/.test(name))
const headers = files.filter((name) => name.endsWith(".h"))

/** "tls" of tls/tls_task.c; "" of what lies beside the rooms, which is a way in. */
const roomOf = (file: string) => file.slice(0, Math.max(0, file.indexOf("/")))
/** A source and its header are one. */
const unitOf = (file: string) => file.replace(/\.[ch]$/, "")

const includes = files.flatMap((file) =>
    [...readFileSync(join(port, file), "utf8").matchAll(/^#include "([^"]+)"/gm)].map(([, header = ""]) => ({
        file,
        header,
    })),
)
const own = includes.filter(({ header }) => headers.includes(header))

const design = readFileSync(checkoutPath("docs/DESIGN.md"), "utf8")
const [, told = ""] = /^firmware\/port\/esp32 .*\n((?: .*\n)+)/m.exec(design) ?? []
const rooms = ["", ...[...told.matchAll(/^ {15}(\w+)\/ /gm)].map(([, room = ""]) => room)]

test("docs/DESIGN.md lists the rooms that there are", () => {
    expect([...rooms].sort()).toEqual([...new Set(files.map(roomOf))].sort())
})

test("a header of ours is named with its room", () => {
    const names = headers.map((header) => basename(header))
    expect(includes.filter(({ header }) => names.includes(header))).toEqual([])
    expect(own.length).toBeGreaterThan(files.length)
})

test("a room needs only those below it", () => {
    const upwards = own.filter(({ file, header }) => rooms.indexOf(roomOf(header)) < rooms.indexOf(roomOf(file)))
    expect(upwards).toEqual([])
})

test("no file needs what needs it", () => {
    const needs = new Map<string, string[]>()
    for (const { file, header } of own) needs.set(unitOf(file), [...(needs.get(unitOf(file)) ?? []), unitOf(header)])
    const circles: string[] = []
    const follow = (unit: string, way: string[]) => {
        if (way.includes(unit)) {
            circles.push([...way.slice(way.indexOf(unit)), unit].join(" > "))
            return
        }
        for (const other of needs.get(unit) ?? []) {
            if (other !== unit) follow(other, [...way, unit])
        }
    }
    for (const unit of needs.keys()) follow(unit, [])
    expect([...new Set(circles)]).toEqual([])
})
