/// Judges what a client got after a seek against what the file holds.
///
/// The law: delivery starts at the last key frame at or before the asked time, leading pictures are dropped, audio starts where video starts.
/// In a title without video it starts at the unit that is presented at the asked time.
enum SeekComparison {
    /// Times that the wire rounds (RTP ticks, NPT decimals) may differ by this much, seconds.
    private static let tolerance = 0.001

    /// Ten positions, NPT in seconds, in no order: all over the title, and close to key frames on both sides.
    static func positions(_ reference: Reference) -> [Double] {
        let times = reference.video?.frames.map(\.pts) ?? reference.audio?.units.map(\.pts) ?? []
        let first = times.min() ?? 0
        let last = times.max() ?? 0
        let begin = first - reference.origin
        let length = last - first
        var found = [0.5, 0.1, 0.93, 0.33, 0.75, 0.02].map { begin + $0 * length }
        let keys = (reference.video?.keys ?? []).map { $0 - reference.origin }.filter { $0 > begin + 0.05 }
        for (index, fraction) in [0.25, 0.8].enumerated() {
            if keys.isEmpty {
                found += [begin + (0.4 + 0.2 * Double(index)) * length, begin + (0.6 - 0.35 * Double(index)) * length]
            } else {
                let key = keys[Int(Double(keys.count - 1) * fraction)]
                found += [key - 0.005, key + 0.002]
            }
        }
        return found.map { ($0 * 1000).rounded() / 1000 }
    }

    /// Every difference, each in one clause; none if all seeks were exact.
    static func differences(_ runs: [SeekRun], asked: [Double], _ reference: Reference) -> [String] {
        var found = runs.flatMap { run in difference(run, reference).map { "seek to \(run.asked): \($0)" } }
        if runs.map(\.asked) != asked { found.append("\(runs.count) of \(asked.count) seeks were carried out") }
        return found
    }

    private static func difference(_ run: SeekRun, _ reference: Reference) -> [String] {
        if let error = run.error { return [error + " (\(run.frames.count) frames, \(run.audio.count) audio units)"] }
        guard let start = run.start else { return ["the reply has no Range"] }
        var found: [String] = []
        if let video = reference.video {
            let presentations = video.frames.map { $0.pts - reference.origin }
            let key = lastKey(video, origin: reference.origin, before: run.asked)
            if let key {
                if abs(key - start) > tolerance {
                    found.append("Range starts at \(start), the last key frame before is at \(key)")
                }
            } else if start > run.asked + tolerance {
                found.append("Range starts at \(start), after the asked time")
            }
            let expected = presentations.firstIndex {
                $0 >= (key == nil ? start : min(start, key ?? start)) - tolerance
            }
            let judge = { (samples: [SeekRun.Sample]) -> [String] in
                let found = video.decodings.map { match(samples, at: expected, presentations, $0, "frame") }
                return found.first(where: \.isEmpty) ?? found.first ?? []
            }
            let pictures = firstWithout(stale: run.stale, run.frames, judge)
            // The stale units come first: the last restarts are the ones without any.
            let isRight = run.restarts.suffix(3).contains { !$0.isEmpty && judge($0).isEmpty }
            if !isRight { found += pictures }
        }
        if let audio = reference.audio {
            let length = audio.longestUnit
            if reference.video == nil, start > run.asked + tolerance || start < run.asked - length - tolerance {
                found.append("Range starts at \(start), more than a unit from the asked time")
            }
            // Packets of samples are many.
            let stale = audio.coding.comparison == .units ? run.stale : 10 * run.stale
            found += firstWithout(stale: stale, run.audio) {
                match($0, audio, origin: reference.origin, start: start)
            }
        }
        return found
    }

    /// The differences found in `samples`, or none if none are found once up to `stale` samples at the start are left out.
    private static func firstWithout(
        stale: Int, _ samples: [SeekRun.Sample], _ differences: ([SeekRun.Sample]) -> [String]
    ) -> [String] {
        let found = differences(samples)
        for count in 0..<min(stale, max(0, samples.count - 1)) where !found.isEmpty {
            if differences(Array(samples.dropFirst(count + 1))).isEmpty { return [] }
        }
        return found
    }

    /// Whether `samples` are the file's audio units, beginning where delivery does.
    private static func match(
        _ samples: [SeekRun.Sample], _ audio: Reference.Stream, origin: Double, start: Double
    ) -> [String] {
        let presentations = audio.units.map { $0.pts - origin }
        let length = audio.longestUnit
        // The client may not know its first unit's time: it is placed by its neighbour's.
        let known = samples.enumerated().compactMap { index, unit in unit.presentation.map { (index, $0) } }.first
        guard let (index, presentation) = known else {
            return presentations.contains { $0 > start + 2 * length } ? ["no audio"] : []
        }
        let nearest = presentations.indices.min {
            abs(presentations[$0] - presentation) < abs(presentations[$1] - presentation)
        }
        // Packets cut uncompressed samples elsewhere than the container does.
        let found =
            audio.coding.comparison == .units
            ? match(samples, at: nearest.map { $0 - index }, presentations, audio.units.map(\.hash), "audio unit") : []
        let first = presentation - Double(index) * length
        let due = presentations.first { $0 >= start - tolerance } ?? start
        let isDue = first >= start - length - tolerance && first <= due + length + tolerance
        return found + (isDue ? [] : ["audio starts at \(first), delivery at \(start)"])
    }

    private static func lastKey(_ video: Reference.Stream, origin: Double, before asked: Double) -> Double? {
        video.keys.map { $0 - origin }.filter { $0 <= asked + 1e-6 }.max()
    }

    /// Whether `samples` are the file's from `index` on, hash by hash and time by time.
    private static func match(
        _ samples: [SeekRun.Sample], at index: Int?, _ presentations: [Double], _ hashes: [UInt32], _ what: String
    ) -> [String] {
        guard let index, index >= 0 else { return samples.isEmpty ? [] : ["\(what)s where the file has none"] }
        if samples.isEmpty { return ["no \(what)"] }
        for (place, sample) in samples.enumerated() {
            guard index + place < hashes.count else {
                return ["\(samples.count) \(what)s, the file has \(hashes.count - index) there"]
            }
            if sample.hash != hashes[index + place] {
                let elsewhere = hashes.indices.filter { hashes[$0] == sample.hash }.prefix(3).map { presentations[$0] }
                return [
                    "\(what) \(place) is not the file's at \(presentations[index + place])"
                        + (elsewhere.isEmpty ? " nor any other" : " but that at \(elsewhere)")
                ]
            }
            if let presentation = sample.presentation, abs(presentation - presentations[index + place]) > tolerance {
                return [
                    "\(what) \(place) is presented at \(presentation), in the file at \(presentations[index + place])"
                ]
            }
        }
        return []
    }
}
