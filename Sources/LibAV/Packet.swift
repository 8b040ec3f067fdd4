import CFFmpeg

/// One compressed unit as a demuxer yields it: an AVPacket and the reference that it holds on its bytes.
package struct Packet: ~Copyable {
    let pointer: UnsafeMutablePointer<AVPacket>

    /// - Precondition: memory for the packet's header (104 bytes) can be had.
    package init() {
        guard let pointer = av_packet_alloc() else { fatalError("av_packet_alloc: out of memory") }
        self.pointer = pointer
    }

    init(taking pointer: UnsafeMutablePointer<AVPacket>) { self.pointer = pointer }

    deinit {
        var pointer: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&pointer)
    }

    /// Moves what this packet holds into a new one and leaves this one empty.
    package mutating func take() -> Packet {
        let taken = Packet()
        av_packet_move_ref(taken.pointer, pointer)
        return taken
    }

    /// Another packet that shares what this one holds.
    package borrowing func share() throws(AVFailure) -> Packet {
        let shared = Packet()
        try checked(av_packet_ref(shared.pointer, pointer), "av_packet_ref")
        return shared
    }

    /// Writes times into the packet, in nanoseconds, whatever its stream's were.
    package mutating func stamp(presentation: Int64, decode: Int64, duration: Int64) {
        pointer.pointee.pts = presentation
        pointer.pointee.dts = decode
        pointer.pointee.duration = duration
    }

    /// Gives the AVPacket up to the caller, who frees it.
    consuming func release() -> UnsafeMutablePointer<AVPacket> {
        let pointer = pointer
        discard self
        return pointer
    }

    /// The stream's index in the file.
    package var stream: Int { Int(pointer.pointee.stream_index) }
    /// In ticks of the stream's time base; nil if the container has none.
    package var decodeTicks: Int64? { optional(pointer.pointee.dts) }
    package var presentationTicks: Int64? { optional(pointer.pointee.pts) }
    /// Zero if unknown.
    package var durationTicks: Int64 { max(0, pointer.pointee.duration) }
    /// Where the unit lies in the file; negative if unknown.
    package var filePosition: Int64 { pointer.pointee.pos }
    package var size: Int { Int(pointer.pointee.size) }

    package var isKey: Bool { pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 }
    /// The demuxer got fewer bytes than the container promised, or knows them to be wrong.
    package var isCorrupt: Bool { pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }
    /// No other unit refers to this one.
    package var isDisposable: Bool { pointer.pointee.flags & AV_PKT_FLAG_DISPOSABLE != 0 }

    /// Calls `body` with the unit's bytes, as the container frames them.
    package borrowing func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The packet's reference keeps the bytes alive and unchanged for the call.
        let bytes = UnsafeRawBufferPointer(start: pointer.pointee.data, count: Int(pointer.pointee.size))
        return try body(bytes.bytes)
    }

    /// The decoder configuration that is in force from this unit on, if it changes here: the next sample description
    /// of an MP4.
    package var newConfiguration: [UInt8]? {
        guard pointer.pointee.side_data_elems > 0 else { return nil }
        var size = 0
        guard let data = av_packet_get_side_data(pointer, AV_PKT_DATA_NEW_EXTRADATA, &size), size > 0 else {
            return nil
        }
        return Array(UnsafeBufferPointer(start: data, count: size))
    }

    /// The unit is encrypted.
    package var isEncrypted: Bool {
        guard pointer.pointee.side_data_elems > 0 else { return false }
        return av_packet_get_side_data(pointer, AV_PKT_DATA_ENCRYPTION_INFO, nil) != nil
    }

    private func optional(_ ticks: Int64) -> Int64? { ticks == sluice_no_timestamp ? nil : ticks }
}
