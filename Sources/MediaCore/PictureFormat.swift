/// How the pictures of uncompressed video are stored.
package struct PictureFormat: Hashable, Sendable {
    /// By libavutil's name: `yuv420p`, `rgb24`. Samples of more than 8 bits say their order of bytes: `yuv422p10le`.
    package var pixels: String
    /// The container's four characters for it; empty if it has none.
    package var tag: String
    /// Samples use all their values, not those of ITU-R BT.601 and BT.709 alone; nil if the container does not say.
    package var isFullRange: Bool?
    /// Nil if the container does not say.
    package var matrix: Matrix?
    /// A picture is two fields.
    package var isInterlaced: Bool

    /// By which luminance and chrominance were made.
    package enum Matrix: Hashable, Sendable {
        case bt601, bt709, smpte240M, bt2020
    }

    package init(
        pixels: String, tag: String = "", isFullRange: Bool? = nil, matrix: Matrix? = nil, isInterlaced: Bool = false
    ) {
        self.pixels = pixels
        self.tag = tag
        self.isFullRange = isFullRange
        self.matrix = matrix
        self.isInterlaced = isInterlaced
    }
}
