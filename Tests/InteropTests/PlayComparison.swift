/// Judges what a client got against what the file holds.
enum PlayComparison {
    /// Every difference, each in one clause; none if the play was exact.
    static func differences(_ delivery: Delivery, _ reference: Reference) -> [String] {
        var found: [String] = []
        if let failure = delivery.failure { found.append(failure) }
        if let counts = delivery.timestamps {
            found += counted("video units", counts.video, reference.video)
            found += counted("audio units", counts.audio, reference.audio)
            found += unchanged("video units", delivery.videoUnitHashes, reference.video)
            found += unchanged("audio units", delivery.audio.map(\.hash), reference.audio)
            return found
        }
        if let video = reference.video {
            let got = delivery.frames.map(\.hash)
            found += hashes("frames", got, video.decodings.first { $0 == got } ?? video.frames.map(\.hash))
            let tick = max(video.tick, 1.0 / 90_000)
            found += times("frame", delivery.frames.map(\.pts), video.frames.map(\.pts), tick: tick, video.seams)
            if !delivery.videoUnits.isEmpty, video.units.allSatisfy(\.pts.isFinite), video.seams.isEmpty {
                found += times("video unit", delivery.videoUnits, video.units.map(\.pts), tick: tick)
            }
        }
        if let audio = reference.audio {
            switch audio.coding.comparison {
            case .units, .samples:
                found += hashes("audio units", delivery.audio.map(\.hash), audio.units.map(\.hash))
            case .roundedSamples:
                if delivery.audio.count != audio.units.count {
                    found.append("\(delivery.audio.count) of \(audio.units.count) blocks of samples")
                }
            }
            found += times(
                "audio unit", delivery.audio.map(\.pts), audio.units.map(\.pts), tick: audio.tick, audio.seams)
        }
        if reference.video != nil && reference.audio != nil && delivery.offsets.isEmpty {
            found.append("the client knows no audio/video offset")
        }
        for offset in delivery.offsets {
            guard let expected = reference.offset(picture: offset.picture, unit: offset.unit) else { continue }
            if !(abs(offset.value - expected) <= 0.001) {
                found.append(
                    "picture \(offset.picture) is \(ms(offset.value)) after audio unit \(offset.unit) (\(offset.source)), "
                        + "in the file \(ms(expected))")
            }
        }
        // Ends a second or two after its last unit: jitter buffers and the client's start.
        if delivery.failure == nil && delivery.seconds > reference.duration + 8 {
            found.append("took \(delivery.seconds) s for \(reference.duration) s")
        }
        return found
    }

    /// Compares how many RTP timestamps came with how many access units the file has.
    private static func counted(_ what: String, _ got: Int, _ stream: Reference.Stream?) -> [String] {
        guard let stream else { return got == 0 ? [] : ["\(got) \(what) of no track"] }
        guard case .units = stream.coding.comparison else { return got > 0 ? [] : ["no \(what)"] }
        return got == stream.units.count ? [] : ["\(got) of \(stream.units.count) \(what)"]
    }

    /// Compares the units that a depayloader hands on as they are.
    private static func unchanged(_ what: String, _ got: [UInt32], _ stream: Reference.Stream?) -> [String] {
        guard let stream, let first = stream.coding.handedOnAfter else { return [] }
        return hashes(what, Array(got.dropFirst(first)), stream.units.map(\.hash))
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

    /// Compares differences of times to the first known one, and between neighbours, within one tick. Judges as many as both have.
    ///
    /// Where recordings are joined, the next one must begin behind the one before, and soon. GStreamer's rtpmp4gdepay hands its first unit on
    /// when the second has come, of which the script takes the time.
    private static func times(
        _ what: String, _ got: [Double?], _ expected: [Double], tick: Double, _ seams: Set<Int> = []
    ) -> [String] {
        let known = zip(got, expected).enumerated().compactMap { index, pair in
            pair.0.map { (index: index, got: $0, expected: pair.1) }
        }
        guard var first = known.first else { return [] }
        let bound = tick * 1.0001
        var previous = first
        for sample in known.dropFirst() {
            if seams.contains(where: { previous.index <= $0 && $0 < sample.index })
                || seams.contains(where: { previous.index < $0 && $0 <= sample.index })
            {
                let step = sample.got - previous.got
                if !(step > -bound && step < 1) {
                    return ["\(what) \(sample.index), of the next recording, comes \(ms(step)) after the one before"]
                }
                (first, previous) = (sample, sample)
                continue
            }
            let drift = (sample.got - first.got) - (sample.expected - first.expected)
            let step = (sample.got - previous.got) - (sample.expected - previous.expected)
            if !(abs(drift) <= bound && abs(step) <= bound) {
                return [
                    "PTS of \(what) \(sample.index) is \(ms(sample.got - previous.got)) after the one before, "
                        + "in the file \(ms(sample.expected - previous.expected)); since the first it drifted by \(ms(drift))"
                ]
            }
            previous = sample
        }
        return []
    }

    private static func ms(_ seconds: Double) -> String { "\((seconds * 1e6).rounded() / 1e3) ms" }
}
