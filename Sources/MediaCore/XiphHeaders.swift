/// The three header packets of a Vorbis or Theora stream, which a decoder needs before the first unit: Vorbis I 4.2, Theora 6.
package struct XiphHeaders: Hashable, Sendable {
    package var identification: [UInt8]
    package var comment: [UInt8]
    package var setup: [UInt8]

    package init(identification: [UInt8], comment: [UInt8], setup: [UInt8]) {
        self.identification = identification
        self.comment = comment
        self.setup = setup
    }

    /// From a decoder configuration as containers store it: laced as in Matroska (a 2, then two lengths, each a sum of bytes up to the first
    /// that is not 255), or each header after its length in 16 bits. Nil if it is neither.
    /// - Parameter identificationSize: 30 for Vorbis, 42 for Theora: the first header's size, by which the second form is known.
    package init?(configuration: [UInt8], identificationSize: Int) {
        let headers =
            configuration.count > 6 && Int(configuration[0]) << 8 | Int(configuration[1]) == identificationSize
            ? Self.split(prefixed: configuration) : Self.split(laced: configuration)
        guard let headers, headers[0].count >= identificationSize else { return nil }
        self.init(
            identification: Array(headers[0]), comment: Array(headers[1]), setup: Array(headers[2]))
    }

    private static func split(prefixed bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
        var headers: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        for _ in 0..<3 {
            guard rest.count >= 2 else { return nil }
            let size = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            rest = rest.dropFirst(2)
            guard size <= rest.count else { return nil }
            headers.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return headers
    }

    private static func split(laced bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
        guard bytes.first == 2 else { return nil }
        var rest = bytes.dropFirst()
        var sizes: [Int] = []
        for _ in 0..<2 {
            var size = 0
            while true {
                guard let byte = rest.popFirst() else { return nil }
                size += Int(byte)
                if byte < 255 { break }
            }
            sizes.append(size)
        }
        guard sizes[0] + sizes[1] <= rest.count else { return nil }
        let last = rest.dropFirst(sizes[0] + sizes[1])
        return [rest.prefix(sizes[0]), rest.dropFirst(sizes[0]).prefix(sizes[1]), last]
    }
}
