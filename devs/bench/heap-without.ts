// Takes memory until there is no more, and tells how much it holds.
const held: Buffer[] = []
for (;;) {
    held.push(Buffer.alloc(100))
    console.log(held.length * 100)
}
