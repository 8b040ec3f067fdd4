import MediaCore

extension FakeTitle {
    /// Video of 25 frames a second in groups of 25 as encoders make them, and audio: a key frame, then P and B in turn; nothing refers to a B, which
    /// is presented between the two that it refers to. In an open group a B comes first, and refers to the group before.
    package static func groups(seconds: Int, isOpen: Bool = false, keyPackets: Int = 8, packets: Int = 3) -> FakeTitle {
        let film = film(seconds: seconds, keyPackets: keyPackets, packets: packets)
        return FakeTitle(
            units: film.units.map { fake in
                guard fake.unit.track == 0 else { return fake }
                var fake = fake
                let place = Int(fake.unit.decodeTime.nanoseconds / 40_000_000) % 25
                fake.unit.isDiscardable = place > 0 && place % 2 == (isOpen ? 1 : 0)
                if !fake.unit.isDiscardable {
                    let isNext = isOpen ? place == 24 : place == 0
                    fake.unit.presentationTime += .milliseconds(isNext ? 40 : 80)
                }
                return fake
            })
    }
}
