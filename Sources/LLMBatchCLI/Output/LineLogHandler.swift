import Foundation
import Logging

/// Writes log lines to stderr: the time, the message, and the facts in the order of their names.
struct LineLogHandler: LogHandler {
    let format: LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .debug

    init(format: LogFormat) { self.format = format }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { _, own in own }.sorted { $0.key < $1.key }
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        switch format {
        case .text:
            let words = facts.map { " \($0.key)=\(StoreArguments.quoted("\($0.value)"))" }.joined()
            Terminal.note("\(time) \(event.message)\(words)")
        case .json:
            var members = ["time": time, "level": event.level.rawValue, "message": "\(event.message)"]
            for fact in facts { members[fact.key] = "\(fact.value)" }
            // A line that cannot be encoded cannot be reported either.
            if let line = try? Terminal.encode(members, onOneLine: true) {
                Terminal.draw(String(decoding: line, as: UTF8.self) + "\n")
            }
        }
    }
}
