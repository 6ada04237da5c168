import LLMBatch

/// The argument parser's message about a wrong argument, shortened, with better advice where there is some.
struct UsageMessage {
    /// The lines to show, without the program's name.
    let lines: [String]

    /// - Parameter text: the message of the parser.
    init(_ text: String) {
        var lines = text.trimmingPrefix("Error: ").split(separator: "\n").map(String.init)
        guard let first = lines.first else { self.lines = []; return }
        if let match = first.wholeMatch(of: /The value '.*' is invalid for '(-[a-z-]+)[^']*': (.*)/) {
            // The message already explains the problem, so the help of the option is not needed.
            lines[0] = "\(match.1): \(match.2)"
            lines.removeAll { $0.hasPrefix("Help:") }
        } else if let match = first.wholeMatch(of: /Unknown option '(-[^']*)'(?:\. Did you mean '(-[^']*)'\?)?.*/) {
            lines[0] = Self.unknown(String(match.1), suggested: match.2.map(String.init))
        }
        self.lines = lines
    }

    private static func unknown(_ option: String, suggested: String?) -> String {
        let start = "Unknown option '\(option)'."
        if let advice = advice[option.split(separator: "=").first.map(String.init) ?? option] {
            return "\(start) \(advice)"
        }
        let near = suggested.flatMap { suggested in
            func name(_ option: String) -> String { String(option.trimmingPrefix { $0 == "-" }) }
            return Suggestion.nearest(to: name(option), among: [name(suggested)]).map { _ in suggested }
        }
        return start + (near.map { " Did you mean '\($0)'?" } ?? "")
    }

    /// What to do instead, for options that people know from other tools.
    private static let advice = [
        "--api-key": "Keys are not taken as arguments; use --api-key-env or --api-key-file.",
        "--key": "Keys are not taken as arguments; use --api-key-env or --api-key-file.",
        "--token": "Keys are not taken as arguments; use --api-key-env or --api-key-file.",
        "--csv": "For a table of results, use `results --output FILE.csv`.",
        "--tsv": "For a table of results, use `results --output FILE.tsv`.",
    ]
}
