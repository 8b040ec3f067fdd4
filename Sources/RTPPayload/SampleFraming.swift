package import MediaCore

extension PayloadFormat {
    /// How units of audio are cut into packets; nil for formats whose units stay whole.
    ///
    /// Each packet has a timestamp of its own, so the reader cuts a container's unit before it packetizes: each piece is at most
    /// `maximumFrames` frames and becomes one packet.
    package func sampleFraming(in layout: PacketLayout) -> SampleFraming? {
        switch coding {
        case .pcm(let samples):
            // 20 ms is RFC 3551's default packet (4.2), and what live555 sends; longer ones only add latency.
            let twentyMilliseconds = max(1, Int(clockRate.hertz) / 50)
            return SampleFraming(
                size: .constant(samples.sourceBytesPerFrame), samplesPerFrame: 1,
                maximumFrames: min(twentyMilliseconds, samples.maximumFrames(in: layout)), sampleRate: clockRate)
        case .speech(let format):
            guard let rate = ClockRate(hertz: UInt32(format.frames.rate)) else { return nil }
            return SampleFraming(
                size: format.frames.size, samplesPerFrame: format.frames.samples,
                maximumFrames: format.maximumFrames(in: layout), sampleRate: rate)
        default:
            return nil
        }
    }
}

/// The measures of audio whose units are cut: of uncompressed audio a frame is one sample of each channel, of a telephone codec what it
/// calls so.
package struct SampleFraming: Hashable, Sendable {
    /// Of a frame as the container stores it.
    package let size: SpeechFrames.Size
    package let samplesPerFrame: Int
    /// That one packet takes; at least 1.
    package let maximumFrames: Int
    /// Samples per second.
    package let sampleRate: ClockRate
}
