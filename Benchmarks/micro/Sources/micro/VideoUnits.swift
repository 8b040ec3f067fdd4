/// Access units of video as containers store them, with nothing in them but what a packetizer looks at.
enum VideoUnits {
    // MARK: H.264 and H.265

    /// Each NAL unit after its length in four bytes (ISO/IEC 14496-15 5.2.3).
    /// - Parameter header: of each NAL unit.
    static func lengthPrefixed(_ sizes: [Int], header: [UInt8]) -> [UInt8] {
        nalUnits(sizes, header: header).flatMap { unit in
            withUnsafeBytes(of: UInt32(unit.count).bigEndian) { Array($0) } + unit
        }
    }

    /// Each NAL unit after a start code (Annex B).
    static func startCodes(_ sizes: [Int], header: [UInt8]) -> [UInt8] {
        nalUnits(sizes, header: header).flatMap { [0, 0, 0, 1] + $0 }
    }

    private static func nalUnits(_ sizes: [Int], header: [UInt8]) -> [[UInt8]] {
        var content = EntropyCoded()
        return sizes.map { header + content.bytes($0 - header.count) }
    }

    // MARK: MPEG

    /// A P-VOP (ISO/IEC 14496-2 6.2.5).
    static func mpeg4Visual(_ size: Int) -> [UInt8] {
        var content = EntropyCoded()
        return [0, 0, 1, 0xB6] + content.bytes(size - 4)
    }

    /// A P-picture of `slices` slices (ISO/IEC 13818-2 6.2.3), with MPEG-2's picture coding extension if `isMPEG2`.
    static func mpegVideo(_ size: Int, slices: Int, isMPEG2: Bool) -> [UInt8] {
        var content = EntropyCoded()
        var unit: [UInt8] = [0, 0, 1, 0, 0x00, 0x97, 0xFF, 0xFB, 0x80]
        if isMPEG2 { unit += [0, 0, 1, 0xB5, 0x81, 0x1F, 0xF3, 0x41, 0x80] }
        for slice in 1...slices { unit += [0, 0, 1, UInt8(slice)] + content.bytes(size / slices - 4) }
        return unit
    }

    /// A picture of groups of blocks (ITU-T H.263 5.1, 5.2), of which each but the first has a start code.
    static func h263(_ size: Int, groups: Int) -> [UInt8] {
        var content = EntropyCoded()
        return (0..<groups).flatMap { group in
            [0, 0, 0x80 | UInt8(group) << 2] + content.bytes(size / groups - 3)
        }
    }

    // MARK: JPEG

    /// A baseline 4:2:0 picture of 1280 x 720 (ITU-T T.81 annex B) with the standard Huffman tables, which AVI leaves out.
    static func motionJPEG(_ size: Int) -> [UInt8] {
        var content = EntropyCoded()
        let scan = content.bytes(size - 176).flatMap { $0 == 0xFF ? [0xFF, 0x00] : [$0] }
        var tables: [UInt8] = []
        for destination in UInt8(0)..<2 {
            tables += [0xFF, 0xDB, 0x00, 0x43, destination]
            tables += (0..<64).map { UInt8($0) + destination + 1 }
        }
        let frame: [UInt8] = [
            0xFF, 0xC0, 0x00, 0x11, 0x08, 0x02, 0xD0, 0x05, 0x00, 0x03, 0x01, 0x22, 0x00, 0x02, 0x11, 0x01, 0x03, 0x11,
            0x01,
        ]
        let scanHeader: [UInt8] = [0xFF, 0xDA, 0x00, 0x0C, 0x03, 0x01, 0x00, 0x02, 0x11, 0x03, 0x11, 0x00, 0x3F, 0x00]
        return [0xFF, 0xD8] + tables + frame + scanHeader + scan + [0xFF, 0xD9]
    }
}
