/// The variable length codes of ITU-T H.261, tables 1 to 4.
enum H261Codes {
    struct Code: Sendable {
        let bits: UInt32
        let length: Int
        let value: Int
    }

    typealias Table = [Code]

    /// What follows MTYPE, table 2.
    struct Kind: Sendable {
        var isIntra = false
        var hasQuantizer = false
        var hasVector = false
        var hasPattern = false
        var hasCoefficients = true
    }

    static let kinds = [
        Kind(isIntra: true), Kind(isIntra: true, hasQuantizer: true), Kind(hasPattern: true),
        Kind(hasQuantizer: true, hasPattern: true), Kind(hasVector: true, hasCoefficients: false),
        Kind(hasVector: true, hasPattern: true), Kind(hasQuantizer: true, hasVector: true, hasPattern: true),
        Kind(hasVector: true, hasCoefficients: false), Kind(hasVector: true, hasPattern: true),
        Kind(hasQuantizer: true, hasVector: true, hasPattern: true),
    ]

    /// Indices of `kinds`.
    static let types = table(
        ["0001", "0000001", "1", "00001", "000000001", "00000001", "0000000001", "001", "01", "000001"], from: 0)

    /// MBA, table 1.
    static let addresses = table(
        [
            "1", "011", "010", "0011", "0010", "00011", "00010", "0000111", "0000110", "00001011", "00001010",
            "00001001", "00001000", "00000111", "00000110", "0000010111", "0000010110", "0000010101", "0000010100",
            "0000010011", "0000010010", "00000100011", "00000100010", "00000100001", "00000100000", "00000011111",
            "00000011110", "00000011101", "00000011100", "00000011011", "00000011010", "00000011001", "00000011000",
        ], from: 1)

    /// MVD without its sign, table 3.
    static let vectors = table(
        [
            "1", "01", "001", "0001", "000011", "0000101", "0000100", "0000011", "000001011", "000001010", "000001001",
            "0000010001", "0000010000", "0000001111", "0000001110", "0000001101", "0000001100",
        ], from: 0)

    /// CBP, table 4: one bit for each block.
    static let patterns: Table = {
        let groups: [(length: Int, first: UInt32, values: [Int])] = [
            (3, 0b111, [60]), (4, 0b1010, [32, 16, 8, 4]), (5, 0b10000, [40, 20, 48, 12]),
            (5, 0b01000, [62, 2, 61, 1, 56, 52, 44, 28]), (6, 0b001100, [63, 3, 36, 24]),
            (7, 0b0010000, [34, 18, 10, 6, 33, 17, 9, 5]),
            (8, 0b0001_0000, [43, 23, 51, 15, 42, 22, 50, 14, 41, 21, 49, 13, 35, 19, 11, 7]),
            (8, 0b0000_0100, [58, 54, 46, 30, 57, 53, 45, 29, 38, 26, 37, 25]),
            (9, 0b0_0000_0010, [39, 27, 59, 55, 47, 31]),
        ]
        return groups.flatMap { group in
            group.values.enumerated().map { index, value in
                Code(bits: group.first + UInt32(index), length: group.length, value: value)
            }
        }
    }()

    private static func table(_ codes: [String], from first: Int) -> Table {
        codes.enumerated().map { index, code in
            Code(bits: UInt32(code, radix: 2)!, length: code.utf8.count, value: first + index)
        }
    }
}
