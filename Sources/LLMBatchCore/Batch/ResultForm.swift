/// The format in which results are written.
public enum ResultForm: Sendable, Hashable {
    /// OpenAI batch result lines, whatever the provider: the provider's own bytes where it uses that format.
    case openAI
    /// The provider's own lines, byte for byte as received. Requests for which it sent no line are skipped.
    case native

    func line(of result: BatchResult) -> [UInt8]? {
        switch self {
        case .openAI: result.openAILine
        case .native: result.receivedLine
        }
    }
}
