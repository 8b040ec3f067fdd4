import CFFmpeg

/// One of libavcodec's decoders at work on one track, on the caller's thread alone. Times are nanoseconds.
package struct Decoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>

    /// Pixels of the largest picture: 8192 x 4320 and its padding. A larger one is refused before memory is taken for it.
    static let maximumPixels: Int64 = 36 << 20

    /// - Throws: if this libavcodec has no decoder for the stream, or that refuses it.
    package init(_ parameters: borrowing CodecParameters) throws(AVFailure) {
        let name = String(cString: avcodec_get_name(parameters.pointer.pointee.codec_id))
        guard let codec = avcodec_find_decoder(parameters.pointer.pointee.codec_id) else {
            throw AVFailure(code: sluice_error_invalid_argument, call: "avcodec_find_decoder(\(name))")
        }
        guard let context = avcodec_alloc_context3(codec) else {
            throw AVFailure(code: sluice_error_no_memory, call: "avcodec_alloc_context3")
        }
        do throws(AVFailure) {
            try checked(avcodec_parameters_to_context(context, parameters.pointer), "avcodec_parameters_to_context")
            context.pointee.pkt_timebase = AVRational(num: 1, den: 1_000_000_000)
            context.pointee.thread_count = 1
            context.pointee.max_pixels = Self.maximumPixels
            try checked(avcodec_open2(context, codec, nil), "avcodec_open2(\(name))")
        } catch {
            var context: UnsafeMutablePointer<AVCodecContext>? = context
            avcodec_free_context(&context)
            throw error
        }
        self.context = context
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
    }

    /// Every frame that is ready then must be received.
    package mutating func send(_ packet: borrowing Packet) throws(AVFailure) {
        try checked(avcodec_send_packet(context, packet.pointer), "decoding")
    }

    /// Nothing follows: what is held comes out.
    package mutating func finish() throws(AVFailure) { try checked(avcodec_send_packet(context, nil), "decoding") }

    /// Replaces what `frame` holds by the next one in presentation order; false if there is none before more is sent.
    package mutating func receive(into frame: inout Frame) throws(AVFailure) -> Bool {
        let code = avcodec_receive_frame(context, frame.pointer)
        if code == sluice_error_again || code == sluice_error_eof { return false }
        try checked(code, "decoding")
        return true
    }

    /// A new sequence begins.
    package mutating func reset() { avcodec_flush_buffers(context) }
}
