package import MediaCore
import RTSP

// `rtsp://host/film.mkv?video=0&audio=1&audio=2`: what is offered of a title.

extension TitleQuery {
    /// What the keys of a URI's query ask for. Keys that are not known are ignored: clients and proxies add their own.
    ///
    /// | key | value | |
    /// |---|---|---|
    /// | `video`, `audio` | a number from 0 | the track of that kind at this place; several times for several |
    /// | | `off` | no track of that kind; numbers before it are void |
    /// | `data`, `text` | none; `off` takes it back | tracks of that kind too |
    /// | `native` | none; `off` takes it back | codecs as they are |
    /// | `loop` | none; `off` takes it back | from the start again after the end, for ever |
    /// | `as` | `ts` | the transport stream that the file is |
    /// - Parameter query: as sent, percent-encoded; nil for none.
    /// - Throws: `.noSuchTrack` for a value that chooses nothing.
    package init(parsing query: String?) throws(MediaError) {
        self.init()
        guard let query else { return }
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(decoding: PercentEncoding.decode(parts[0]), as: UTF8.self)
            let value = parts.count == 2 ? String(decoding: PercentEncoding.decode(parts[1]), as: UTF8.self) : ""
            switch key {
            case "video": video = try video.adding(value, key)
            case "audio": audio = try audio.adding(value, key)
            case "data": data = value != Choice.off
            case "text": text = value != Choice.off
            case "native": native = value != Choice.off
            case "loop": loop = value != Choice.off
            case "as":
                guard value == "ts" else {
                    throw .noSuchTrack("as=\(value.prefix(32)): a title is offered as=ts alone")
                }
                asTransportStream = true
            default: break
            }
        }
    }
}

extension TitleQuery.Choice {
    fileprivate static let off = "off"

    fileprivate func adding(_ value: String, _ key: String) throws(MediaError) -> Self {
        if value == Self.off { return .only([]) }
        guard let position = UInt16(value) else {
            throw .noSuchTrack("\(key)=\(value.prefix(32)): a track's number, from 0, or off")
        }
        guard case .only(let positions) = self else { return .only([Int(position)]) }
        return .only(positions.union([Int(position)]))
    }
}

extension Presentation {
    /// Offers what `query` chooses of the tracks; it has to be the first choice. Ids and NPT stay those of the title; the end is that of the
    /// tracks chosen.
    /// - Throws: `.noSuchTrack` if a track is not there, or none is left. Then nothing has changed.
    package mutating func choose(_ query: TitleQuery) throws(MediaError) {
        // It has one stream, of whatever kind.
        guard !query.asTransportStream else { return }
        var chosen: Set<Int> = []
        for kind in [MediaKind.video, .audio, .subtitle, .data] {
            let ids = tracks.filter { $0.codec.kind == kind }.map(\.id)
            switch query.choice(of: kind) {
            case .all: chosen.formUnion(ids)
            case .only(let positions):
                if let missing = positions.filter({ !ids.indices.contains($0) }).min() {
                    throw .noSuchTrack("no \(kind.rawValue) track \(missing): \(Self.count(ids.count, kind))")
                }
                chosen.formUnion(positions.map { ids[$0] })
            }
        }
        guard !chosen.isEmpty || tracks.isEmpty else { throw .noSuchTrack("all tracks of the title are off") }
        offered = chosen.sorted()
        let ends = offered.map { tracks[$0].end }
        if chosen.count < tracks.count, let end = ends.compactMap(\.self).max(), !ends.contains(nil) { duration = end }
    }

    private static func count(_ count: Int, _ kind: MediaKind) -> String {
        switch count {
        case 0: "the title has none"
        case 1: "the title has one, \(kind.rawValue)=0"
        default: "the title has \(count), from 0 to \(count - 1)"
        }
    }
}
