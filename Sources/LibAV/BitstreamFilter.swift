import CFFmpeg

/// One of libavcodec's bitstream filters at work on one track. Its state is that of a reading position: it belongs to
/// a cursor.
package struct BitstreamFilter: ~Copyable {
    /// Filters by what they are for.
    package enum Kind: String, Sendable {
        /// MPEG-4 Part 2 from AVI, where a packet may hold a P-VOP and the B-VOP after it, and the next is a
        /// placeholder ("packed bitstream" of DivX and Xvid): gives every VOP a packet of its own.
        case unpackBidirectional = "mpeg4_unpack_bframes"
    }

    private let context: UnsafeMutablePointer<AVBSFContext>

    /// - Parameter stream: an index of `input`'s streams.
    /// - Throws: if this libavcodec has no such filter, or the filter refuses the stream.
    package init(_ kind: Kind, for stream: Int, of input: borrowing InputContext) throws(AVFailure) {
        guard let filter = av_bsf_get_by_name(kind.rawValue) else {
            throw AVFailure(code: sluice_error_invalid_argument, call: "av_bsf_get_by_name(\(kind.rawValue))")
        }
        var allocated: UnsafeMutablePointer<AVBSFContext>?
        try checked(av_bsf_alloc(filter, &allocated), "av_bsf_alloc")
        guard let context = allocated else {
            throw AVFailure(code: sluice_error_no_memory, call: "av_bsf_alloc")
        }
        do throws(AVFailure) {
            try input.describe(stream, to: context)
            try checked(av_bsf_init(context), "av_bsf_init")
        } catch {
            av_bsf_free(&allocated)
            throw error
        }
        self.context = context
    }

    deinit {
        var context: UnsafeMutablePointer<AVBSFContext>? = context
        av_bsf_free(&context)
    }

    /// Takes what `packet` holds and leaves it empty; every unit that is ready then must be received.
    package mutating func send(_ packet: inout Packet) throws(AVFailure) {
        try checked(av_bsf_send_packet(context, packet.pointer), "av_bsf_send_packet")
    }

    /// Replaces what `packet` holds by the next unit; false if there is none before more is sent.
    package mutating func receive(into packet: inout Packet) throws(AVFailure) -> Bool {
        av_packet_unref(packet.pointer)
        let code = av_bsf_receive_packet(context, packet.pointer)
        if code == sluice_error_again || code == sluice_error_eof { return false }
        try checked(code, "av_bsf_receive_packet")
        return true
    }

    /// Forgets what it holds: a new sequence begins.
    package mutating func reset() { av_bsf_flush(context) }
}
