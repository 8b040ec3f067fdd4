import ArgumentParser

/// The flags of `serve` by name, as `ServeOptions` declares them: the keys of a configuration file, and of the environment.
struct FlagTable {
    enum Kind: Hashable {
        /// Takes a value.
        case value
        /// Takes one each time.
        case list
        /// `--name` or `--no-name`.
        case toggle
    }

    let kinds: [String: Kind]

    static let serve = FlagTable(ServeOptions(), ChannelOptions())

    /// - Parameter options: not parsed; what counts is which properties they declare.
    init(_ options: any ParsableArguments...) {
        var kinds: [String: Kind] = [:]
        for child in options.flatMap({ Array(Mirror(reflecting: $0).children) }) {
            guard let label = child.label, let flag = child.value as? any DeclaredFlag else { continue }
            kinds[Self.name(of: label)] = flag.kind
        }
        // Where the others are; not in itself.
        kinds["config"] = nil
        self.kinds = kinds
    }

    /// The flag of a property, as ArgumentParser makes it: `_lowTime` is `low-time`.
    private static func name(of label: String) -> String {
        var name = ""
        for character in label.drop(while: { $0 == "_" }) {
            name += character.isUppercase ? "-" + character.lowercased() : String(character)
        }
        return name
    }
}

/// What a property wrapper of ArgumentParser declares.
private protocol DeclaredFlag {
    var kind: FlagTable.Kind { get }
}

extension Option: DeclaredFlag {
    fileprivate var kind: FlagTable.Kind { Value.self == [ChannelOption].self ? .list : .value }
}

extension Flag: DeclaredFlag {
    fileprivate var kind: FlagTable.Kind { .toggle }
}
