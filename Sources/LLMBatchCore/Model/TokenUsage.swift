import Foundation

/// The tokens that one request used, where the provider reports them.
public struct TokenUsage: Sendable, Hashable, Codable {
    /// Tokens of the request.
    public var input: Int?
    /// Tokens of the answer.
    public var output: Int?
    /// Both together; nil where neither is reported.
    var total: Int? { input == nil && output == nil ? nil : (input ?? 0).addingClamped(output ?? 0) }

    public init(input: Int? = nil, output: Int? = nil) {
        self.input = input
        self.output = output
    }
}
