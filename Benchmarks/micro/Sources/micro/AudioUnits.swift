/// Access units of audio as containers store them: their headers are true, the rest is noise.
enum AudioUnits {
    static func noise(_ size: Int) -> [UInt8] {
        var content = EntropyCoded()
        return content.bytes(size)
    }

    /// AAC LC at 48 kHz in stereo after its ADTS header (ISO/IEC 14496-3 1.A.2.2).
    static func adts(_ size: Int) -> [UInt8] {
        [
            0xFF, 0xF1, 0x4C, 0x80 | UInt8(size >> 11), UInt8(size >> 3 & 0xFF), UInt8(size & 7) << 5 | 0x1F, 0xFC,
        ] + noise(size - 7)
    }

    /// 128 kbit/s at 44.1 kHz: 417 bytes (ISO/IEC 11172-3 2.4.1.3).
    static let layer3: [UInt8] = [0xFF, 0xFB, 0x90, 0x00] + noise(413)

    /// 448 kbit/s at 48 kHz, 5.1 channels: 1,792 bytes (ATSC A/52 5.3).
    static let ac3: [UInt8] = [0x0B, 0x77, 0x55, 0x55, 0x1E, 0x40, 0xE1] + noise(1785)
}
