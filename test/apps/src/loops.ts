let turns = 0
while (turns >= 0) turns++
console.log(turns)
