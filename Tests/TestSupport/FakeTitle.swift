package import Delivery
package import MediaCore
package import RTPPayload

/// A title whose units are written down by a test, in file order.
package final class FakeTitle: MediaTitle {
    package let name: String
    package let tracks: [Track]
    package let formats: [PayloadFormat]
    package let duration: MediaTime?
    package let isSeekable: Bool
    package let version: UInt64 = 1
    package let modified: Int64?
    /// In file order.
    package let units: [FakeUnit]
    let behaviour: FakeCursor.Behaviour

    /// Track 0 is H.264 video at 90 kHz; tracks from 1 on are AAC audio at 48 kHz.
    /// - Parameters:
    ///   - units: in file order; of each track in decode order.
    ///   - codecs: of tracks that are something else.
    package init(
        name: String = "fake", units: [FakeUnit], isSeekable: Bool = true, modified: Int64? = nil,
        codecs: [Int: CodecDescription] = [:], behaviour: FakeCursor.Behaviour = .init()
    ) {
        self.name = name
        self.units = units
        self.isSeekable = isSeekable
        self.modified = modified
        self.behaviour = behaviour
        let count = (units.map(\.unit.track).max() ?? 0) + 1
        tracks = (0..<count).map { id in
            Track(
                id: id, codec: codecs[id] ?? (id == 0 ? Self.video : Self.audio),
                timeBase: id == 0 ? TimeBase(1, 90_000) : TimeBase(1, 48_000), end: nil, language: nil)
        }
        formats = tracks.map { track in
            do { return try PayloadFormat.make(for: track.codec) } catch { preconditionFailure("\(error)") }
        }
        duration = units.map { $0.unit.presentationTime + $0.unit.duration }.max()
    }

    package func makeCursor(_ options: CursorOptions) -> any MediaCursor { makeFakeCursor(options) }

    package func makeFakeCursor(_ options: CursorOptions) -> FakeCursor { FakeCursor(self, options) }

    /// 640x360, constrained baseline, level 3.0; parameter sets as an `avcC` record.
    private static let video = CodecDescription(
        codec: .h264, kind: .video,
        configuration: [
            0x01, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0x00, 0x0B, 0x67, 0x42, 0xC0, 0x1E, 0xDA, 0x02, 0x80, 0xBF, 0xE5, 0xC0,
            0x44,
            0x01, 0x00, 0x04, 0x68, 0xCE, 0x3C, 0x80,
        ], width: 640, height: 360)

    /// AAC-LC, 48 kHz, stereo.
    package static let audio = CodecDescription(
        codec: .aac, kind: .audio, configuration: [0x11, 0x90], sampleRate: 48_000, channels: 2)
}

extension FakeTitle {
    /// Frames at 25 per second with a key frame each second, and audio units of 1,024 samples at 48 kHz, interleaved by decode time.
    /// - Parameters:
    ///   - seconds: of each track.
    ///   - keyPackets: packets of a key frame; `packets` of any other.
    ///   - audioLag: by how much audio lies behind in the file: the file position of the audio unit at `t` is that of video at `t + lag`.
    package static func film(
        seconds: Int, keyPackets: Int = 60, packets: Int = 25, audio: Bool = true, audioLag: MediaTime = .zero,
        behaviour: FakeCursor.Behaviour = .init()
    ) -> FakeTitle {
        let video = (0..<25 * seconds).map { index in
            FakeUnit.video(index, packets: index % 25 == 0 ? keyPackets : packets, isKey: index % 25 == 0)
        }
        guard audio else { return FakeTitle(units: video, behaviour: behaviour) }
        let sound = (0..<48_000 * seconds / 1024).map { FakeUnit.audio($0) }
        let placed = video.map { ($0.unit.decodeTime, $0) } + sound.map { ($0.unit.decodeTime + audioLag, $0) }
        let units = placed.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(
            \.element.1)
        return FakeTitle(units: units, behaviour: behaviour)
    }
}

extension FakeUnit {
    /// Frame `index` of 25 per second on track 0, presented when it is decoded.
    package static func video(_ index: Int, packets: Int, isKey: Bool = false) -> FakeUnit {
        let time = MediaTime.milliseconds(Int64(40 * index))
        return FakeUnit(
            AccessUnit(
                track: 0, decodeTime: time, presentationTime: time, duration: .milliseconds(40),
                isRandomAccessPoint: isKey),
            packetSizes: sizes(packets: packets))
    }

    /// Unit `index` of 1,024 samples at 48 kHz.
    package static func audio(_ index: Int, track: Int = 1, bytes: Int = 380) -> FakeUnit {
        func time(_ index: Int) -> MediaTime {
            MediaTime(ticks: Int64(index) * 1024, timeBase: TimeBase(1, 48_000))
        }
        return FakeUnit(
            AccessUnit(
                track: track, decodeTime: time(index), presentationTime: time(index),
                duration: time(index + 1) - time(index), isRandomAccessPoint: true),
            packetSizes: [bytes])
    }
}
