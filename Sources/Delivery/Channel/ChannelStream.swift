import MediaCore
import RTP

extension ChannelViewer {
    struct Stream {
        /// The track's position in the title: the channel's line.
        let line: Int
        let transport: any PacketTransport
        let isPaced: Bool
        var phase = Phase.waiting
        /// Of the next run, in the lane of `line`.
        var place = 0
        /// Packets of the line before the next one that this viewer is to have.
        var ordinal: Int64?
        /// A report goes before the next packet.
        var needsReport = true
        var hasSent = false
        /// The last run that was sent, while its unit is not complete.
        var amid: Tide.Entry?

        enum Phase {
            /// Set up since the last PLAY.
            case waiting
            /// Runs are passed over until one begins a unit; of the stream that leads, one where decoding can begin.
            case joining(atRandomAccess: Bool)
            case sending
        }

        init(line: Int, transport: any PacketTransport) {
            (self.line, self.transport, isPaced) = (line, transport, transport.isPaced)
        }
    }

    /// What Range and RTP-Info say: a time at which each stream has a timestamp, and each stream's next packet.
    package var start: Viewer.Start {
        let firsts = streams.map { stream -> ChannelRun? in
            let lane = outlet.tide.lanes[stream.line]
            return stream.place < lane.end && stream.place >= lane.first ? lane.run(at: stream.place) : nil
        }
        let position = firsts.compactMap { $0?.unit.presentationTime }.min() ?? .zero
        let starts = zip(streams, firsts).map { stream, first in
            let sender = outlet.senders[stream.line]
            let lane = outlet.tide.lanes[stream.line]
            guard let first else {
                return Viewer.StreamStart(
                    track: stream.line,
                    sequenceNumber: sender.nextSequenceNumber.advanced(by: lane.packetsAfter),
                    timestamp: sender.clock.timestamp(of: position))
            }
            // From the unit's own timestamp: the channel's map may have moved since.
            let behind = sender.clock.ticks(of: first.unit.presentationTime - position)
            return Viewer.StreamStart(
                track: stream.line, sequenceNumber: first.sequenceNumber,
                timestamp: first.timestamp.advanced(by: -behind))
        }
        return Viewer.Start(position: position, end: nil, streams: starts)
    }
}
