import Foundation

extension Terminal {
    /// True if a person can read a question and type the answer.
    static var canAsk: Bool { isatty(0) == 1 && isatty(2) == 1 }

    /// Asks a yes-or-no question; anything but yes counts as no.
    ///
    /// - Throws: `CancellationError` on Ctrl-C.
    static func confirms(_ question: String) async throws -> Bool {
        draw(plain(question) + " [y/N] ")
        while true {
            try Task.checkCancellation()
            // Reading would not notice Ctrl-C, so this polls until there is input.
            var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            guard poll(&input, 1, 100) != 0 else { continue }
            guard let answer = readLine() else { return false }
            return ["y", "yes"].contains(answer.trimmingCharacters(in: .whitespaces).lowercased())
        }
    }
}
