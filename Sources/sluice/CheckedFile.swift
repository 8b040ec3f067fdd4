import Library
import MediaCore
import RTPPayload
import RTSPSession

/// What `sluice check` found of one path.
struct CheckedFile: Sendable {
    enum Verdict: String, Sendable, CaseIterable {
        /// All is well.
        case served
        /// Viewers get it, with something to know.
        case flawed = "served with problems"
        /// Viewers get an error.
        case refused = "cannot be served"
        /// Nobody expects to play it: a text, an image, subtitles.
        case notMedia = "not media"
    }

    struct Problem: Hashable, Sendable {
        enum Kind: String, Sendable, CaseIterable {
            case unservable = "cannot be served"
            case unreadable
            case strayLink = "link out of the directory"
            case truncated
            case noKeyFrames = "no key frames"
            case skewed = "skewed"
            case damaged
        }

        let kind: Kind
        /// A clause for a person.
        let text: String
        /// NPT, of what has a place.
        var time: MediaTime?
    }

    let path: MediaPath
    let verdict: Verdict
    let problems: [Problem]
    /// Of a file that was opened as media.
    let description: TitleDescription?
    /// Up to which NPT it was read; nil if that is its end, or it was not read.
    let readUntil: MediaTime?

    /// Folders and links, of which nothing can be opened.
    init(_ path: MediaPath, unopened problem: Problem) {
        self.path = path
        verdict = .refused
        problems = [problem]
        description = nil
        readUntil = nil
    }

    init(_ path: MediaPath, _ examination: FileExamination) {
        self.path = path
        description = examination.description
        if let refusal = examination.refusal {
            let isExpected = examination.description == nil && !MediaSuffix.isMedia(path)
            if case .unsupported = refusal, isExpected {
                verdict = .notMedia
                problems = []
            } else {
                verdict = .refused
                let missing = examination.missingBytes.map {
                    Problem(kind: .truncated, text: "truncated: \($0) bytes of it are missing")
                }
                problems = [missing, Problem(kind: Self.kind(of: refusal), text: "\(refusal)")].compactMap(\.self)
            }
            readUntil = nil
            return
        }
        problems = Self.problems(of: examination)
        verdict = problems.isEmpty ? .served : .flawed
        readUntil = examination.reading.flatMap { reading in
            reading.isWhole || reading.failure != nil ? nil : reading.tracks.compactMap(\.end).max() ?? .zero
        }
    }

    private static func kind(of refusal: MediaError) -> Problem.Kind {
        switch refusal {
        case .unreadable, .forbidden: .unreadable
        case .notFound: .strayLink
        default: .unservable
        }
    }
}
