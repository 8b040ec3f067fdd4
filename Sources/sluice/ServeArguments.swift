import ArgumentParser
import Configuration

/// The arguments of `serve`, completed from the environment and a configuration file: a flag beats the environment, that beats the file, and
/// that beats the default. All of them are parsed and checked as flags.
struct ServeArguments {
    private let table: FlagTable
    private let environment: [String: String]
    /// - Throws: `ValidationError`.
    private let readFile: (String) throws -> String

    init(
        _ table: FlagTable = .serve, environment: [String: String], readFile: @escaping (String) throws -> String
    ) {
        self.table = table
        // An empty variable is how container files say that there is none.
        self.environment = environment.filter { !$0.value.isEmpty }
        self.readFile = readFile
    }

    /// - Parameter arguments: all of the process, without its name; those of other commands stay as they are.
    /// - Throws: `ValidationError` about the file or the environment.
    func complete(_ arguments: [String]) throws -> [String] {
        guard arguments.first == "serve", !arguments.contains(where: { ["--help", "-h"].contains($0) }) else {
            return arguments
        }
        let given = arguments.prefix { $0 != "--" }
        var file: ConfigurationFile?
        if let path = value(of: "config", in: given) ?? environment["SLUICE_CONFIG"] {
            file = try ConfigurationFile(parsing: try readFile(path), name: path, table)
        }
        let reader = self.reader(file)
        var added: [String] = []
        for (name, kind) in table.kinds.sorted(by: { $0.key < $1.key }) where !isGiven(name, kind, in: given) {
            let key = ConfigKey([name])
            switch kind {
            case .list: added += (reader.stringArray(forKey: key) ?? []).map { "--\(name)=\($0)" }
            case .value: if let value = reader.string(forKey: key) { added.append("--\(name)=\(value)") }
            case .toggle:
                guard let value = reader.string(forKey: key) else { continue }
                added.append(try ConfigurationFile.truth(value, name) ? "--\(name)" : "--no-\(name)")
            }
        }
        return ["serve"] + added + arguments.dropFirst()
    }

    private func reader(_ file: ConfigurationFile?) -> ConfigReader {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, value) in file?.values ?? [:] {
            values[AbsoluteConfigKey([name])] = ConfigValue(.string(value), isSecret: false)
        }
        for (name, list) in file?.lists ?? [:] {
            values[AbsoluteConfigKey([name])] = ConfigValue(.stringArray(list), isSecret: false)
        }
        let variables = EnvironmentVariablesProvider(environmentVariables: environment, arraySeparator: ";")
        return ConfigReader(providers: [
            variables.prefixKeys(with: "sluice"), InMemoryProvider(name: "configuration file", values: values),
        ])
    }

    private func isGiven(_ name: String, _ kind: FlagTable.Kind, in given: ArraySlice<String>) -> Bool {
        given.contains { argument in
            argument == "--\(name)" || argument.hasPrefix("--\(name)=") || kind == .toggle && argument == "--no-\(name)"
        }
    }

    private func value(of name: String, in given: ArraySlice<String>) -> String? {
        for (argument, next) in zip(given, given.dropFirst() + [""]) {
            if argument == "--\(name)", !next.isEmpty { return next }
            if argument.hasPrefix("--\(name)=") { return String(argument.dropFirst(name.count + 3)) }
        }
        return nil
    }
}
