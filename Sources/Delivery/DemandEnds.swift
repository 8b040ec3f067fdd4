/// What a batch says of the tracks that have nothing more to bring: for good, or until the others have come as far.
extension DemandQueue {
    mutating func noteEnds(_ batch: Batch, feed: Int) {
        let fed = feeds[feed].lines
        for index in fed {
            lines[index].isEnded = lines[index].isEnded || batch.endedTracks.contains(lines[index].track)
            lines[index].isResting = lines[index].isResting || batch.restingTracks.contains(lines[index].track)
        }
        // The lap is over: in the next one all are read alike, also one whose first units lie behind the others'.
        if fed.allSatisfy({ lines[$0].isResting || lines[$0].isEnded }) {
            for index in fed { lines[index].isResting = false }
        }
        if batch.isEnd || batch.failure != nil || fed.allSatisfy({ lines[$0].isEnded }) {
            feeds[feed].isExhausted = true
            for index in fed { lines[index].isEnded = true }
        }
    }
}
