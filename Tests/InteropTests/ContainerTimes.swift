/// What FFmpeg's own reading of a container is worth as a reference for times, by the name of its demuxer.
///
/// Where a container rounds its stamps, stamps only some units, or none, the reference is reckoned: pictures by frame rate in the order in
/// which they are presented, audio by the samples that its units decode to.
struct ContainerTimes: Sendable {
    enum Pictures: Sendable {
        /// As FFmpeg's decoder hands the container's stamps on.
        case stored
        /// The first at zero, each a frame after the one before.
        case counted
    }

    enum Sound: Sendable {
        /// As the container says.
        case stored
        /// The first where the container says, each its predecessor's duration after it: stamps follow a byte rate that may be wrong.
        case durations
        /// The same by the samples that the units decode to; stamps that lie off by more than `gap` begin a new count.
        case counted
    }

    let pictures: Pictures
    let sound: Sound
    /// Seconds by which the container rounds what its muxer was given; zero if its ticks are those of the media, or of 90 kHz.
    let rounding: Double

    /// Seconds by which a stamp must lie off the count of samples to tell of a gap: twice the rounding at both ends, or what FFmpeg's own
    /// filling in of absent stamps may be off.
    var gap: Double { max(0.004, 4 * rounding) }

    private init(_ pictures: Pictures, _ sound: Sound, rounding: Double = 0) {
        (self.pictures, self.sound, self.rounding) = (pictures, sound, rounding)
    }

    /// Of the containers that are not listed: they say what they mean.
    init(of demuxer: String) { self = Self.table[demuxer] ?? Self(.stored, .counted) }

    private static let millisecond = 0.001

    private static let table: [String: ContainerTimes] = {
        var table: [String: ContainerTimes] = [
            // Both times of every sample, in ticks of the media.
            "mov,mp4,m4a,3gp,3g2,mj2": Self(.stored, .stored),
            // Decode times alone; those of audio follow the header's byte rate.
            "avi": Self(.stored, .durations),
            // Presentation times in milliseconds: RFC 9559 11.1.
            "matroska,webm": Self(.stored, .counted, rounding: millisecond),
            // Milliseconds: Adobe Flash Video File Format 10.1, E.4.1.
            "flv": Self(.stored, .counted, rounding: millisecond),
            // Milliseconds: ASF 1.20.3, 5.2.2.
            "asf": Self(.stored, .counted, rounding: millisecond),
            "rm": Self(.stored, .counted, rounding: millisecond),
            // 90 kHz, for the first unit that begins in a packet: ISO/IEC 13818-1 2.4.3.7.
            "mpegts": Self(.stored, .counted), "mpeg": Self(.stored, .counted),
            // The last unit of each page: RFC 3533 6.
            "ogg": Self(.stored, .counted),
            "nut": Self(.stored, .counted), "mxf": Self(.stored, .counted),
        ]
        // Samples of one size: their place is their time.
        for name in ["wav", "w64", "aiff", "au", "caf"] { table[name] = Self(.stored, .durations) }
        // Elementary streams.
        for name in ["h264", "hevc", "m4v", "mpegvideo", "mjpeg", "h263", "aac", "mp3", "ac3", "eac3", "loas"] {
            table[name] = Self(.counted, .counted)
        }
        return table
    }()
}
