internal import MediaCore

/// The type of an H.263 picture: ITU-T H.263 5.1.
enum H263Picture {
    /// Nil if the unit does not begin with a picture header.
    /// ```
    /// PSC 22 bits: 0000 0000 0000 0000 1000 00 | TR 8 | PTYPE 13: 1 0 split document release | source format 3 | inter ...
    /// source format 111: PLUSPTYPE: UFEP 3 | OPPTYPE 18, if UFEP is 1 | MPPTYPE 9: type 3 ...
    /// ```
    static func isIntra(_ bytes: RawSpan) -> Bool? {
        var reader = BitReader(bytes.copy(from: 0, limit: 16))
        guard reader.bits(22) == 0x20, reader.skip(8), reader.bits(2) == 0b10, reader.skip(3),
            let format = reader.bits(3)
        else { return nil }
        guard format == 7 else { return reader.flag().map { !$0 } }
        guard let extends = reader.bits(3), extends != 1 || reader.skip(18) else { return nil }
        return reader.bits(3).map { $0 == 0 }
    }
}
