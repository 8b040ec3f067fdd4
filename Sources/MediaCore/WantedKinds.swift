/// What a viewer asks for beyond pictures and sound: tracks that are offered to nobody else, since few clients know what to do with them.
package struct WantedKinds: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Metadata for machines: KLV.
    package static let data = WantedKinds(rawValue: 1)
    /// Subtitles as text.
    package static let text = WantedKinds(rawValue: 2)
}
