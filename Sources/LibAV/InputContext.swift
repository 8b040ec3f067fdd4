import CFFmpeg
package import MediaCore

/// An open demuxer over one open file. Used by one thread at a time.
package struct InputContext: ~Copyable {
    package let container: Container
    private let context: UnsafeMutablePointer<AVFormatContext>
    /// Destroyed after `context`, which reads through it.
    private let io: FileIO
    private let interrupt: Interrupt

    /// Bytes and microseconds of media that `findStreamInfo` reads at most.
    static let maximumStreamInfoSize: Int64 = 16 << 20
    static let maximumStreamInfoDuration: Int64 = 10_000_000

    /// Opens `file` and reads its header. Decoders are never opened, and no other file is, whatever this one asks for.
    /// - Parameters:
    ///   - container: what the file is, if that is known already; else it is recognized by its content.
    ///   - settings: what of the file's own word is not taken.
    ///   - interrupt: ends the call, and every later one of this context.
    /// - Throws: `.unsupported` if the content is not a served container, `.unreadable`, `.cancelled`.
    package init(
        _ file: OpenFile, container known: Container? = nil, settings: DemuxerSettings = DemuxerSettings(),
        interrupt: Interrupt
    ) throws(MediaError) {
        let io: FileIO
        do { io = try FileIO(file, overlay: settings.overlay, interrupt: interrupt) } catch { throw error.mediaError }
        let container = if let known { known } else { try Container.recognize(file, io) }
        guard var context = avformat_alloc_context() else {
            throw AVFailure(code: sluice_error_no_memory, call: "avformat_alloc_context").mediaError
        }
        context.pointee.pb = io.context
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        // NOFILLIN: times are the container's or absent, never libavformat's guesses; but where there are none at all,
        // counting from the start of the file is no guess, and an index made while reading hangs on decode times.
        let fillsIn = container.traits.stamps == .counted || container.traits.indexesWhatIsRead
        if !fillsIn { context.pointee.flags |= AVFMT_FLAG_NOFILLIN }
        if !settings.parses || container.traits.readsInFileOrder { context.pointee.flags |= AVFMT_FLAG_NOPARSE }
        context.pointee.probesize = Self.maximumStreamInfoSize
        context.pointee.max_analyze_duration = Self.maximumStreamInfoDuration
        context.pointee.interrupt_callback = interrupt.callback
        sluice_refuse_other_files(context)

        var options: OpaquePointer?
        defer { av_dict_free(&options) }
        for (name, value) in container.options + [("protocol_whitelist", "none")] {
            av_dict_set(&options, name, value, 0)
        }
        let format = container.rawValue.withCString { av_find_input_format($0) }
        // What lies at the end of a file that cannot seek is out of reach while the header is read.
        let seekable = io.context.pointee.seekable
        if settings.ignoresIndex { io.context.pointee.seekable = 0 }
        var opened: UnsafeMutablePointer<AVFormatContext>? = context
        let code = avformat_open_input(&opened, nil, format, &options)
        guard code >= 0, let opened else {
            let failure = AVFailure(code: code, call: "avformat_open_input")
            throw interrupt.isFired ? .cancelled : failure.mediaError
        }
        io.context.pointee.seekable = seekable
        context = opened
        self.container = container
        self.context = context
        self.io = io
        self.interrupt = interrupt
        for (index, timeBase) in settings.timeBases where (0..<streamCount).contains(index) {
            pointer(to: index).pointee.time_base = AVRational(num: timeBase.numerator, den: timeBase.denominator)
        }
        for index in settings.closedStreams where index < streamCount { closeIndex(stream: index) }
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
    }

    /// Reads as many of the first units as it takes to know the streams and their parameters. The position is lost, and
    /// times become libavformat's guesses: a context that did this is of no use for anything but `stream`.
    ///
    /// Decoders help where they can; that one fails to open does not matter.
    package func findStreamInfo() throws(AVFailure) {
        context.pointee.flags &= ~AVFMT_FLAG_NOPARSE
        try checked(avformat_find_stream_info(context, nil), "avformat_find_stream_info")
    }

    /// Streams found so far; most containers' are all known once they are open.
    package var streamCount: Int { Int(context.pointee.nb_streams) }

    package func stream(_ index: Int) -> StreamDescription {
        // What libavformat divides the file's size by is the bit rate of the first units: no duration.
        let isGuess = context.pointee.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE
        return StreamDescription(
            stream: pointer(to: index), programme: programme(of: index), statesDuration: !isGuess)
    }

    /// The number of the first programme that names the stream; nil if there is one programme at most.
    private func programme(of stream: Int) -> Int? {
        guard context.pointee.nb_programs > 1 else { return nil }
        let programmes = UnsafeBufferPointer(start: context.pointee.programs, count: Int(context.pointee.nb_programs))
        return programmes.compactMap { $0?.pointee }.first { programme in
            UnsafeBufferPointer(start: programme.stream_index, count: Int(programme.nb_stream_indexes))
                .contains(UInt32(stream))
        }.map { Int($0.id) }
    }

    /// Units of the other streams are skipped without being read.
    package func select(_ streams: some Sequence<Int>) {
        for index in 0..<streamCount { pointer(to: index).pointee.discard = AVDISCARD_ALL }
        for index in streams { pointer(to: index).pointee.discard = AVDISCARD_DEFAULT }
    }

    /// Replaces what `packet` holds by the next unit in the order of the file.
    /// - Throws: `isEndOfFile` at the end, and also where the container promises a unit beyond the end of a truncated
    ///   file.
    package func read(into packet: inout Packet) throws(AVFailure) {
        av_packet_unref(packet.pointer)
        try checked(av_read_frame(context, packet.pointer), "av_read_frame")
    }

    /// Moves all streams to the unit of `stream` at or before `ticks`, as the demuxer finds it: it may land off by
    /// the offset between its index and its timestamps, so the caller looks at what comes.
    package func seek(stream: Int, to ticks: Int64, keyUnitsOnly: Bool) throws(AVFailure) {
        let flags = AVSEEK_FLAG_BACKWARD | (keyUnitsOnly ? 0 : AVSEEK_FLAG_ANY)
        // Clamped so that the demuxer's own offsets cannot overflow it; AVI's multiplies by bytes per sample, and by the
        // ratio of the streams' rates.
        let limit: Int64 = container == .avi ? 1 << 40 : 1 << 61
        let ticks = min(max(ticks, -limit), limit)
        try checked(av_seek_frame(context, Int32(stream), ticks, flags), "av_seek_frame")
    }

    /// Moves to the first unit at or after a byte of the file, as far as the demuxer can tell.
    package func seek(toByte position: Int64) throws(AVFailure) {
        try checked(av_seek_frame(context, -1, position, AVSEEK_FLAG_BYTE), "av_seek_frame")
    }

    /// Microseconds from the first unit to the end, as the header states it; nil if it does not.
    package var duration: Int64? {
        let duration = context.pointee.duration
        return duration == sluice_no_timestamp || duration <= 0 ? nil : duration
    }

    /// Shows the demuxer some bytes in the place of the file's, until nil is shown. What it has read ahead stays as it was:
    /// the caller sees to it that it has not read these, before and after.
    package func show(_ patch: FileOverlay.Patch?) { io.show(patch) }

    /// Has the kernel read the next `bytes` of the file, from where this context has read to, while nobody waits for them.
    package func prefetch(_ bytes: Int) { io.prefetch(bytes) }

    /// All that has been read of the file, in bytes.
    package var bytesRead: Int64 { io.context.pointee.bytes_read }

    /// Whether what the container stores as one unit of the stream is cut anew by libavformat's parser. Known once a
    /// unit of the stream was read.
    package func isReframed(stream: Int) -> Bool {
        guard let parser = av_stream_get_parser(pointer(to: stream)) else { return false }
        return parser.pointee.flags & PARSER_FLAG_COMPLETE_FRAMES == 0
    }

    /// Tells a bitstream filter what it will be given.
    func describe(_ stream: Int, to filter: UnsafeMutablePointer<AVBSFContext>) throws(AVFailure) {
        let stream = pointer(to: stream)
        try checked(
            avcodec_parameters_copy(filter.pointee.par_in, stream.pointee.codecpar), "avcodec_parameters_copy")
        filter.pointee.time_base_in = stream.pointee.time_base
    }

    /// What a decoder of the stream must know beforehand.
    package func parameters(of stream: Int) throws(AVFailure) -> CodecParameters {
        try CodecParameters(copying: pointer(to: stream).pointee.codecpar)
    }

    /// The demuxer's index of a stream, as far as it is known: for an MP4 all samples, for a fragmented one those of
    /// the fragments that were read.
    package func indexCount(stream: Int) -> Int { Int(avformat_index_get_entries_count(pointer(to: stream))) }

    package func indexEntry(stream: Int, at position: Int) -> IndexEntry? {
        guard let entry = avformat_index_get_entry(pointer(to: stream), Int32(clamping: position)) else { return nil }
        return IndexEntry(entry.pointee)
    }

    /// The time of the entry that follows the one at `ticks`; nil if there is none, or if no entry is at `ticks`.
    package func indexTicks(stream: Int, after ticks: Int64) -> Int64? {
        let stream = pointer(to: stream)
        let flags = AVSEEK_FLAG_ANY | AVSEEK_FLAG_BACKWARD
        let position = av_index_search_timestamp(stream, ticks, flags)
        guard position >= 0, let entry = avformat_index_get_entry(stream, position), entry.pointee.timestamp == ticks,
            let next = avformat_index_get_entry(stream, position + 1), next.pointee.timestamp > ticks
        else { return nil }
        return next.pointee.timestamp
    }

    /// The last key entry at or before `ticks`; nil if there is none.
    package func indexEntry(stream: Int, keyAtOrBefore ticks: Int64) -> IndexEntry? {
        let stream = pointer(to: stream)
        let position = av_index_search_timestamp(stream, ticks, AVSEEK_FLAG_BACKWARD)
        guard position >= 0, let entry = avformat_index_get_entry(stream, position) else { return nil }
        return IndexEntry(entry.pointee)
    }

    /// Teaches the demuxer an entry: what another context of the same file has found.
    package func learn(_ entry: IndexEntry, stream: Int) {
        let flags = entry.isKey ? AVINDEX_KEYFRAME : 0
        // Without memory for it, it stays unknown.
        _ = av_add_index_entry(
            pointer(to: stream), entry.filePosition, entry.ticks, Int32(clamping: entry.size), 0, flags)
    }

    /// Ends the index of an AVI's stream behind the last chunk of the file, so that a seek to a place behind the stream's
    /// own last chunk does not go back to that: the demuxer goes to the first of what it finds for all streams, and reads
    /// on from there.
    private func closeIndex(stream: Int) {
        let count = indexCount(stream: stream)
        guard let last = indexEntry(stream: stream, at: count - 1) else { return }
        // Ticks count bytes, or chunks.
        let previous = count > 1 ? indexEntry(stream: stream, at: count - 2) : nil
        let countsBytes = previous.map { last.ticks &- $0.ticks == Int64($0.size) } ?? false
        let ends = (0..<streamCount).compactMap { indexEntry(stream: $0, at: indexCount(stream: $0) - 1)?.filePosition }
        learn(
            IndexEntry(
                ticks: last.ticks &+ (countsBytes ? Int64(max(1, last.size)) : 1),
                filePosition: ends.max() ?? last.filePosition, size: 0, isKey: false), stream: stream)
    }

    /// `index` is below `streamCount`.
    private func pointer(to index: Int) -> UnsafeMutablePointer<AVStream> {
        precondition((0..<streamCount).contains(index), "no stream \(index)")
        return context.pointee.streams[index]!
    }
}

/// One sample in a demuxer's index.
package struct IndexEntry: Hashable, Sendable {
    /// Decode time in ticks of the stream's time base.
    package let ticks: Int64
    /// Bytes from the start of the file.
    package let filePosition: Int64
    /// Bytes; zero if unknown.
    package let size: Int
    package let isKey: Bool

    package init(ticks: Int64, filePosition: Int64, size: Int = 0, isKey: Bool) {
        self.ticks = ticks
        self.filePosition = filePosition
        self.size = size
        self.isKey = isKey
    }

    init(_ entry: AVIndexEntry) {
        ticks = entry.timestamp
        filePosition = entry.pos
        size = Int(max(0, entry.size))
        isKey = entry.flags & AVINDEX_KEYFRAME != 0
    }
}
