internal import LibAV

/// How large a file would have to be to hold all that its container says is in it. Only the headers of its outermost elements are read.
enum PromisedSize {
    /// Elements looked at before the rest is taken for good.
    private static let maximumElements = 1 << 18
    /// Muxers are off by a header or a byte of padding in the sizes of whole files.
    private static let tolerance: Int64 = 16

    /// Bytes that are missing at the end of the file; nil if none are, or the container does not tell.
    static func missing(in file: OpenFile, _ container: Container, _ interrupt: Interrupt) -> Int64? {
        let promised: Int64? =
            switch container {
            case .mp4: boxes(file, interrupt)
            case .avi, .wav: chunks(file, "RIFF", bigEndian: false, interrupt)
            case .aiff: chunks(file, "FORM", bigEndian: true, interrupt)
            case .matroska: segment(file)
            default: nil
            }
        guard let promised, promised - file.size > tolerance else { return nil }
        return promised - file.size
    }

    /// The same of a file that could not be opened, if it begins as a movie does: one whose `moov` box would come last, and was cut off.
    static func missingOfMovie(in file: OpenFile, _ interrupt: Interrupt) -> Int64? {
        let type = String(decoding: read(file, 8, at: 0).dropFirst(4), as: UTF8.self)
        guard ["ftyp", "mdat", "moov", "wide", "free", "skip"].contains(type) else { return nil }
        return missing(in: file, .mp4, interrupt)
    }

    /// ISO/IEC 14496-12 4.2: `size type`, and 64 bits of size if `size` is 1; 0: to the end.
    private static func boxes(_ file: OpenFile, _ interrupt: Interrupt) -> Int64? {
        let size = file.size
        var position: Int64 = 0
        for _ in 0..<maximumElements where position < size && !interrupt.isFired {
            let header = read(file, 16, at: position)
            // What is no name of a box is the end of the boxes.
            guard header.count >= 8, header[4..<8].allSatisfy({ $0 >= 0x20 }) else { return nil }
            var length = integer(header[0..<4])
            if length == 1, header.count == 16 { length = integer(header[8..<16]) }
            guard length >= 8, let length = Int64(exactly: length), length < .max - position else { return nil }
            position += length
        }
        return position > size ? position : nil
    }

    /// What programs write for a size that they do not know yet, and leave where they cannot go back: FFmpeg and others all ones, SoX 0x7FFFF000
    /// (in AIFF 0x7F000000) bytes of samples, or the greatest number with a sign; some add the size of the header.
    private static let placeholders: [ClosedRange<UInt64>] = [
        0x7F00_0000...0x7F00_0400, 0x7FFF_F000...0x8000_0400, 0xFFFF_F000...0xFFFF_FFFF,
    ]

    /// RIFF, and its big-endian ancestor: `id size`, once or, in an OpenDML AVI, several times. A size that was never filled in says nothing.
    private static func chunks(_ file: OpenFile, _ id: String, bigEndian: Bool, _ interrupt: Interrupt) -> Int64? {
        let size = file.size
        var position: Int64 = 0
        for _ in 0..<maximumElements where position < size && !interrupt.isFired {
            let header = read(file, 8, at: position)
            guard header.count == 8, header[0..<4].elementsEqual(id.utf8) else { break }
            let length = integer(bigEndian ? header[4..<8] : ArraySlice(header[4..<8].reversed()))
            guard length > 0, !placeholders.contains(where: { $0.contains(length) }) else { return nil }
            position += 8 + Int64(length) + Int64(length & 1)
        }
        return position > size ? position : nil
    }

    /// RFC 8794 4 and RFC 9559: the EBML header, then the segment.
    private static func segment(_ file: OpenFile) -> Int64? {
        guard let header = element(file, at: 0), header.id == 0x1A45_DFA3,
            let segment = element(file, at: header.end), segment.id == 0x1853_8067
        else { return nil }
        return segment.end
    }

    /// Nil if its size is not known, too.
    private static func element(_ file: OpenFile, at position: Int64) -> (id: UInt64, end: Int64)? {
        let bytes = read(file, 12, at: position)
        guard bytes.count >= 5, bytes[0] >= 0x10 else { return nil }
        let idLength = bytes[0].leadingZeroBitCount + 1
        guard bytes.count > idLength else { return nil }
        let sizeLength = bytes[idLength].leadingZeroBitCount + 1
        guard sizeLength <= 8, bytes.count >= idLength + sizeLength else { return nil }
        let size = integer(bytes[idLength..<idLength + sizeLength]) & (1 << (7 * UInt64(sizeLength)) - 1)
        guard size != 1 << (7 * UInt64(sizeLength)) - 1 else { return nil }
        return (integer(bytes[0..<idLength]), position + Int64(idLength + sizeLength) + Int64(size))
    }

    private static func read(_ file: OpenFile, _ count: Int, at position: Int64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = max(0, file.read(into: UnsafeMutableRawBufferPointer(buffer), at: position))
        }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
