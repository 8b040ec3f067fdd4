import Testing

@testable import LibAV

@Suite struct InterruptTests {
    @Test func `fires by hand, for ever`() {
        let interrupt = Interrupt()
        #expect(!interrupt.isFired)
        interrupt.fire()
        interrupt.setDeadline(after: 1_000_000_000)
        interrupt.clearDeadline()
        #expect(interrupt.isFired)
    }

    @Test func `fires at a deadline that passed`() {
        let interrupt = Interrupt()
        interrupt.setDeadline(after: 60_000_000_000)
        #expect(!interrupt.isFired)
        interrupt.setDeadline(after: -1)
        #expect(interrupt.isFired)
        interrupt.clearDeadline()
        #expect(!interrupt.isFired)
    }
}
