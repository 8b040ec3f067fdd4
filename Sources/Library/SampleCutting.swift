internal import Delivery
internal import LibAV
internal import MediaCore
import NIOCore
internal import RTPPayload

/// Uncompressed audio, and telephone codecs: what a container calls a unit (a chunk of an AVI may hold a second, and so may a sample of a
/// telephone's recording) is cut to the size of packets, each with times of its own.
extension TitleReader {
    /// Packetizes a unit into the batch, from where the track left off. False if the rest belongs to the next batch.
    func emit(
        _ framing: SampleFraming, _ packet: borrowing Packet, _ unit: AccessUnit, _ track: TrackReader,
        _ batch: inout Batch, _ request: borrowing ReadRequest
    ) -> Bool {
        let frames = packet.withBytes { framing.size.count(in: $0) }
        if frames == 0 { skip(&batch, "not one whole frame of audio") }
        // Where the next frame begins.
        var start = packet.withBytes { framing.size.range(of: 0, from: track.framesPassed, in: $0).lowerBound }
        while track.framesPassed < frames {
            // Pieces lie on one grid from wherever it is cut: what is read anew has the same ones.
            let toGrid = framing.maximumFrames - track.framesPassed % framing.maximumFrames
            let count = min(toGrid, frames - track.framesPassed)
            let piece = framing.piece(of: unit, from: track.framesPassed, count: count)
            if let end = request.end, piece.presentationTime >= end { break }
            if let first = track.firstInBatch, piece.decodeTime - first >= request.maximumDuration { return false }
            let part = packet.withBytes { framing.size.range(of: count, at: start, in: $0) }
            // A packet that is alone may need more than the batch may have.
            var room = request.maximumBytes - occupied(batch)
            if isEmpty(batch) { room = max(room, 65_536) }
            guard room > 0 else { return false }
            do {
                try track.write(packet, piece, part: part, room: room, into: &batch)
                track.firstInBatch = track.firstInBatch ?? piece.decodeTime
            } catch .outputFull {
                return false
            } catch {
                skip(&batch, "\(error)")
                break
            }
            track.framesPassed += count
            start = part.upperBound
        }
        track.framesPassed = 0
        if track.isLast(packet) { end(track) }
        return true
    }
}

extension SampleFraming {
    /// The fewest frames that last `time` or longer.
    func frames(in time: MediaTime) -> Int {
        let scaled = Int128(max(time, .zero).nanoseconds) * Int128(sampleRate.hertz)
        // What is less than a nanosecond short is rounding.
        return Int(clamping: (scaled + frame - 1 - Int128(sampleRate.hertz)) / frame)
    }

    /// How long as many whole frames last as fit in `time`.
    func wholeFrames(in time: MediaTime) -> MediaTime {
        let scaled = Int128(max(time, .zero).nanoseconds) * Int128(sampleRate.hertz)
        // Here too: a place that is a frame's to the nanosecond is that frame.
        return self.time(Int(clamping: (scaled + Int128(sampleRate.hertz) - 1) / frame))
    }

    func piece(of unit: AccessUnit, from first: Int, count: Int) -> AccessUnit {
        var piece = unit
        piece.decodeTime += time(first)
        piece.presentationTime += time(first)
        piece.duration = time(first + count) - time(first)
        return piece
    }

    /// Of a frame: samples, in nanoseconds of a clock of 1 Hz.
    private var frame: Int128 { Int128(samplesPerFrame) * 1_000_000_000 }

    private func time(_ frames: Int) -> MediaTime {
        MediaTime(ticks: Int64(frames * samplesPerFrame), timeBase: TimeBase(1, Int32(clamping: sampleRate.hertz)))
    }
}
