import CFFmpeg
import Glibc

/// libavformat's view of one open file: an AVIOContext that reads by position and knows no names.
struct FileIO: ~Copyable {
    /// Bytes read at once; larger units are read straight into their packets.
    static let bufferSize: Int32 = 65_536

    let context: UnsafeMutablePointer<AVIOContext>
    /// Retained here, used by the callbacks through `opaque`.
    private let reader: Reader

    init(_ file: OpenFile, overlay: FileOverlay? = nil, interrupt: Interrupt) throws(AVFailure) {
        let outOfMemory = AVFailure(code: sluice_error_no_memory, call: "avio_alloc_context")
        reader = Reader(file: file, overlay: overlay, interrupt: interrupt)
        guard let buffer = av_malloc(Int(Self.bufferSize)) else { throw outOfMemory }
        let context = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 0, Unmanaged.passUnretained(reader).toOpaque(),
            { opaque, bytes, count in Reader.from(opaque).read(bytes, count) }, nil,
            { opaque, offset, whence in Reader.from(opaque).seek(offset, whence) })
        guard let context else {
            av_free(buffer)
            throw outOfMemory
        }
        self.context = context
    }

    deinit {
        // libavformat may have replaced the buffer by a larger one.
        av_freep(&context.pointee.buffer)
        var context: UnsafeMutablePointer<AVIOContext>? = context
        avio_context_free(&context)
    }

    /// What is shown in the place of some bytes of the file from now on; what was read ahead stays as it was.
    func show(_ patch: FileOverlay.Patch?) { reader.patch = patch }

    /// See `InputContext.prefetch`.
    func prefetch(_ bytes: Int) { reader.prefetch(bytes) }

    private final class Reader {
        private let file: OpenFile
        private let overlay: FileOverlay?
        var patch: FileOverlay.Patch?
        private let interrupt: Interrupt
        private var position: Int64 = 0

        init(file: OpenFile, overlay: FileOverlay?, interrupt: Interrupt) {
            self.file = file
            self.overlay = overlay
            self.interrupt = interrupt
        }

        static func from(_ opaque: UnsafeMutableRawPointer?) -> Reader {
            // SAFETY: `opaque` is the reader that the FileIO which owns the calling context retains.
            Unmanaged<Reader>.fromOpaque(opaque!).takeUnretainedValue()
        }

        func read(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32) -> Int32 {
            if interrupt.isFired { return sluice_error_exit }
            let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))
            let result =
                overlay?.read(file, into: buffer, at: position) ?? file.read(into: buffer, at: position)
            guard result > 0 else { return result == 0 ? sluice_error_eof : sluice_error(Int32(-result)) }
            patch?.show(in: UnsafeMutableRawBufferPointer(rebasing: buffer[..<result]), at: position)
            position += Int64(result)
            return Int32(result)
        }

        func prefetch(_ bytes: Int) { file.prefetch(bytes, at: position) }

        /// `whence` is one of lseek(2)'s, or AVSEEK_SIZE. A position after the end is allowed: reading there is the
        /// end of file.
        func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
            let size = overlay?.size ?? file.size
            if size < 0 { return Int64(sluice_error(Int32(-size))) }
            let whence = whence & ~Int32(AVSEEK_FORCE)
            if whence == AVSEEK_SIZE { return size }
            let base: Int64
            switch whence {
            case SEEK_SET: base = 0
            case SEEK_CUR: base = position
            case SEEK_END: base = size
            default: return Int64(sluice_error_invalid_argument)
            }
            let (target, overflow) = base.addingReportingOverflow(offset)
            guard !overflow, target >= 0 else { return Int64(sluice_error_invalid_argument) }
            position = target
            return target
        }
    }
}
