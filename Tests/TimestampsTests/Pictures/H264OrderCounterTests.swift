import MediaCore
import Testing

@testable import Timestamps

@Suite struct H264OrderCounterTests {
    /// Frames only, frame_num of 4 bits, pic_order_cnt_lsb of 4 bits.
    private func parameters(type: Int) throws -> H264SequenceParameters {
        // Baseline, level 1; SPS 0, log2_max_frame_num_minus4 0, pic_order_cnt_type 0, log2_max_lsb_minus4 0, one
        // reference, no gaps, 1x1 macroblocks, frames only, no 8x8 inference, no cropping, no VUI.
        let bytes: [UInt8] = [66, 0, 10, 0b1111_1010, 0b0111_1000, 0b1000_0000]
        var parameters = try #require(H264SequenceParameters(bytes))
        #expect(parameters.orderType == 0 && parameters.orderBits == 4 && parameters.frameNumberBits == 4)
        #expect(parameters.framesOnly && parameters.reorderDepth == nil)
        parameters.orderType = type
        return parameters
    }

    private func slice(
        idr: Bool = false, reference: Bool = true, number: Int64 = 0, lsb: Int64 = 0, field: Bool = false,
        bottom: Bool = false, resets: Bool = false
    ) throws -> H264Slice {
        let parameters = try parameters(type: 0)
        // PPS 0 of SPS 0, CAVLC, one slice group, one reference each.
        let picture = try #require(H264PictureParameters([0b1100_1110, 0b0011_1100, 0b1000_0000]))
        var reader = BitReader([UInt8](repeating: 0b1000_0001, count: 16))
        let header: UInt8 = (reference ? 0x60 : 0) | (idr ? 5 : 1)
        var slice = try #require(H264Slice(header: header, type: 2, &reader, parameters, picture))
        (slice.frameNumber, slice.orderLSB, slice.isField, slice.isBottom) = (number, lsb, field, bottom)
        slice.resetsOrder = resets
        return slice
    }

    @Test func leastSignificantBitsWrap() throws {
        let parameters = try parameters(type: 0)
        var counter = H264OrderCounter()
        _ = counter.rank(of: try slice(idr: true), parameters)
        let units: [(Int64, Bool)] = [
            (6, true), (2, false), (4, false), (12, true), (8, false), (10, false), (2, true), (14, false),
        ]
        let orders = try units.map { lsb, reference in
            counter.rank(of: try slice(reference: reference, number: 1, lsb: lsb), parameters).order
        }
        #expect(orders == [6, 2, 4, 12, 8, 10, 18, 14])
    }

    @Test func anIDRPictureBeginsASequence() throws {
        let parameters = try parameters(type: 0)
        var counter = H264OrderCounter()
        let ranks = try [true, false, true].map { idr in
            counter.rank(of: try slice(idr: idr, number: idr ? 0 : 1, lsb: idr ? 0 : 8), parameters)
        }
        #expect(ranks == ranks.sorted())
        #expect(ranks.map(\.sequence) == [0, 0, 1])
    }

    @Test func operation5BeginsASequence() throws {
        let parameters = try parameters(type: 0)
        var counter = H264OrderCounter()
        _ = counter.rank(of: try slice(idr: true), parameters)
        let before = counter.rank(of: try slice(number: 1, lsb: 8), parameters)
        let reset = counter.rank(of: try slice(number: 2, lsb: 14, resets: true), parameters)
        let after = counter.rank(of: try slice(number: 1, lsb: 2), parameters)
        #expect(before < reset && reset < after)
        #expect(reset == PictureRank(sequence: 1, order: 0))
        #expect(after == PictureRank(sequence: 1, order: 2))
    }

    @Test func type1FollowsTheCycle() throws {
        var parameters = try parameters(type: 1)
        parameters.offsetsForReferences = [4, 6]
        parameters.offsetForNonReference = -2
        var counter = H264OrderCounter()
        let orders = try [(0, true), (1, true), (2, false), (2, true), (3, true), (15, true), (0, true)].map {
            number, reference in
            counter.rank(of: try slice(reference: reference, number: number), parameters).order
        }
        // Frame numbers go on past 16: the last is 16, eight cycles of 10.
        #expect(orders == [0, 4, 2, 10, 14, 74, 80])
    }

    @Test func type2FollowsTheFrameNumber() throws {
        let parameters = try parameters(type: 2)
        var counter = H264OrderCounter()
        let orders = try [(0, true), (1, false), (1, true), (15, true), (0, true)].map { number, reference in
            counter.rank(of: try slice(reference: reference, number: number), parameters).order
        }
        #expect(orders == [0, 1, 2, 30, 32])
    }

    @Test func theSecondFieldOfAnIDRPictureStaysWithTheFirst() throws {
        let parameters = try parameters(type: 0)
        var counter = H264OrderCounter()
        let top = counter.rank(of: try slice(idr: true, field: true), parameters)
        let bottom = counter.rank(of: try slice(lsb: 1, field: true, bottom: true), parameters)
        #expect(top.sequence == bottom.sequence && top < bottom)
    }
}
