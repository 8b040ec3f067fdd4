internal import MediaCore

/// What Theora's headers say of the times and kinds of its frames.
enum TheoraHeaders {
    /// FRD / FRN of the identification header (Theora 6.2), seconds; nil without one.
    static func frameDuration(configuration: [UInt8]) -> TimeBase? {
        guard let header = XiphHeaders(configuration: configuration, identificationSize: 42)?.identification else {
            return nil
        }
        func number(at offset: Int) -> Int64 { header[offset..<offset + 4].reduce(0) { $0 << 8 | Int64($1) } }
        return TimeBase(reducing: number(at: 26), over: number(at: 22))
    }

    /// The first bit of a frame is 0, the second its type (7.1): 0 for one that refers to no other. A unit without a byte repeats the frame
    /// before it.
    static func isIntraFrame(_ unit: RawSpan) -> Bool {
        unit.byteCount > 0 && unit.byte(0) & 0xC0 == 0
    }
}
