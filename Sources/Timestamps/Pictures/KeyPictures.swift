package import MediaCore

/// Tells at which of a track's units decoding can begin, by the units' own headers.
package struct KeyPictures: Sendable {
    private var pictures: PictureReader

    package init(_ codec: CodecDescription) { pictures = PictureReader(codec) }

    /// - Parameter bytes: of the next unit in decoding order, or its beginning up to the first slice's header.
    package mutating func isKey(_ bytes: RawSpan) -> Bool { pictures.picture(in: bytes)?.canBeKey ?? false }
}
