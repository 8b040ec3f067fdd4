/// The byte behind 00 00 01: SMPTE 421M annex E, table 255.
package enum VC1StartCode {
    package static let endOfSequence: UInt8 = 0x0A
    package static let slice: UInt8 = 0x0B
    package static let field: UInt8 = 0x0C
    package static let frame: UInt8 = 0x0D
    package static let entryPoint: UInt8 = 0x0E
    package static let sequenceHeader: UInt8 = 0x0F
}
