const hoard: number[][] = []
while (true) hoard.push([1, 2, 3, 4])
