/// Descriptions without the bytes of lines, which are long and may hold private text.
extension BatchRequest: CustomStringConvertible {
    public var description: String { "request \"\(customID)\" for \(endpoint), \(line.count) bytes" }
}

extension BatchResult: CustomStringConvertible {
    public var description: String {
        let reason = error.map { " (\($0.code): \($0.message))" } ?? ""
        return "\(outcome.rawValue) result of \"\(customID)\" in provider job \(job)\(reason)"
    }
}

extension IncomingResult: CustomStringConvertible {
    public var description: String {
        "\(outcome.rawValue) result of \"\(customID)\" from \(source.file):\(source.line)"
    }
}
