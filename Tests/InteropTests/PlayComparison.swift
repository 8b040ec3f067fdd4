/// Judges what a client got against what the file holds.
enum PlayComparison {
    /// Every difference, each in one clause; none if the play was exact.
    static func differences(_ delivery: Delivery, _ reference: Reference) -> [String] {
        var found: [String] = []
        if let failure = delivery.failure { found.append(failure) }
        if let video = reference.video {
            found += hashes("frames", delivery.frames.map(\.hash), video.frames.map(\.hash))
            let tick = max(video.tick, 1.0 / 90_000)
            found += times("frame", delivery.frames.map(\.pts), video.frames.map(\.pts), tick: tick)
            if !delivery.videoUnits.isEmpty {
                found += times("video unit", delivery.videoUnits, video.units.map(\.pts), tick: tick)
            }
        }
        if let audio = reference.audio {
            found += hashes("audio units", delivery.audio.map(\.hash), audio.units.map(\.hash))
            found += times("audio unit", delivery.audio.map(\.pts), audio.units.map(\.pts), tick: audio.tick)
        }
        if let expected = reference.offset {
            if delivery.offsets.isEmpty { found.append("the client knows no audio/video offset") }
            for (source, value) in delivery.offsets where !(abs(value - expected) <= 0.001) {
                found.append("video leads audio by \(ms(-value)) (\(source)), in the file by \(ms(-expected))")
            }
        }
        // Ends a second or two after its last unit: jitter buffers and the client's start.
        if delivery.failure == nil && delivery.seconds > reference.duration + 8 {
            found.append("took \(delivery.seconds) s for \(reference.duration) s")
        }
        return found
    }

    /// Compares two lists of hashes; says where the shorter one lies in the longer one if it does.
    private static func hashes(_ what: String, _ got: [UInt32], _ expected: [UInt32]) -> [String] {
        if got == expected { return [] }
        if got.count < expected.count, !got.isEmpty,
            let start = expected.indices.first(where: { expected[$0...].starts(with: got) })
        {
            return [
                "\(got.count) of \(expected.count) \(what): missing \(start) at the start, \(expected.count - got.count - start) at the end"
            ]
        }
        let first = zip(got, expected).enumerated().first { $1.0 != $1.1 }?.offset
        return [
            "\(got.count) of \(expected.count) \(what), first difference at \(first ?? min(got.count, expected.count))"
        ]
    }

    /// Compares differences of times to the first one, and between neighbours, within one tick. Judges as many as both have.
    private static func times(_ what: String, _ got: [Double], _ expected: [Double], tick: Double) -> [String] {
        guard let gotFirst = got.first, let expectedFirst = expected.first else { return [] }
        let bound = tick * 1.0001
        for index in 1..<max(1, min(got.count, expected.count)) {
            let drift = (got[index] - gotFirst) - (expected[index] - expectedFirst)
            let step = (got[index] - got[index - 1]) - (expected[index] - expected[index - 1])
            if !(abs(drift) <= bound && abs(step) <= bound) {
                return [
                    "PTS of \(what) \(index) is \(got[index] - gotFirst) s after the first, in the file \(expected[index] - expectedFirst) s"
                ]
            }
        }
        return []
    }

    private static func ms(_ seconds: Double) -> String { "\((seconds * 1e6).rounded() / 1e3) ms" }
}
