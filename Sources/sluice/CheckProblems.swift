import Library
import MediaCore

/// What is wrong with a file that is served all the same.
extension CheckedFile {
    static func problems(of examination: FileExamination) -> [Problem] {
        guard let description = examination.description else { return [] }
        var problems = [truncation(examination, description)].compactMap(\.self)
        guard let reading = examination.reading else { return problems }
        problems += keyFrames(reading, description)
        if reading.splits {
            problems.append(
                Problem(
                    kind: .skewed,
                    text: "its tracks lie far apart in the file: each viewer needs a reader for every track"))
        }
        if reading.skippedUnits > 0 {
            let reason = reading.skipReason.map { ": \($0)" } ?? ""
            problems.append(
                Problem(kind: .damaged, text: "\(reading.skippedUnits) access units cannot be sent\(reason)"))
        }
        if let failure = reading.failure {
            let end = reading.tracks.compactMap(\.end).max() ?? .zero
            problems.append(
                Problem(kind: .unreadable, text: "reading fails at \(CheckFormat.time(end)): \(failure)", time: end))
        }
        return problems
    }

    private static func truncation(_ examination: FileExamination, _ description: TitleDescription) -> Problem? {
        let reading = examination.reading
        // Of the tracks that end too soon, the first.
        let cut = reading.flatMap { reading in reading.isWhole ? end(of: reading, short: description) : nil }
        if let missing = examination.missingBytes {
            let place = (cut ?? (reading == nil ? nil : reading.flatMap(wholeEnd)))
            let at = place.map { " at \(CheckFormat.time($0))" } ?? ""
            return Problem(
                kind: .truncated, text: "truncated\(at): \(missing) bytes of it are missing", time: place)
        }
        if reading?.isTruncated == true {
            let at = cut.map { " at \(CheckFormat.time($0))" } ?? ""
            return Problem(kind: .truncated, text: "truncated\(at): it names data behind its end", time: cut)
        }
        let stated = examination.statedEnd ?? description.duration
        let found = examination.statedEnd == nil ? cut : description.duration
        guard let stated, let found else { return nil }
        return Problem(
            kind: .truncated,
            text: "ends at \(CheckFormat.time(found)); by its own word it lasts \(CheckFormat.time(stated))",
            time: found)
    }

    /// Where everything ends, if all was read.
    private static func wholeEnd(_ reading: ReadThrough) -> MediaTime? {
        reading.isWhole ? reading.tracks.compactMap(\.end).max() : nil
    }

    /// The earliest end of a track that ends more than a second, and a fiftieth, before it should; nil if none does.
    private static func end(of reading: ReadThrough, short description: TitleDescription) -> MediaTime? {
        zip(reading.tracks, description.tracks).compactMap { read, track in
            guard let stated = track.end else { return nil }
            let end = read.end ?? .zero
            let allowance = max(MediaTime.seconds(1), MediaTime(nanoseconds: stated.nanoseconds / 50))
            return stated - end > allowance ? end : nil
        }.min()
    }

    /// A single one in less than this is what short clips have.
    private static let expectedKeyFrame = MediaTime.seconds(30)

    private static func keyFrames(_ reading: ReadThrough, _ description: TitleDescription) -> [Problem] {
        zip(reading.tracks, description.tracks).compactMap { read, track in
            guard track.codec.kind == .video, read.units > 0 else { return nil }
            let length = read.end ?? .zero
            if read.randomAccessPoints == 0 {
                return Problem(
                    kind: .noKeyFrames, text: "track \(track.id) has no key frame up to \(CheckFormat.time(length))")
            }
            guard read.randomAccessPoints == 1, length > expectedKeyFrame else { return nil }
            return Problem(
                kind: .noKeyFrames,
                text: "track \(track.id) has one key frame in \(CheckFormat.time(length)): every seek goes back to it")
        }
    }
}
