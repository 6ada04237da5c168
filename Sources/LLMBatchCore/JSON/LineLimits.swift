/// The maximum length of a line that is read whole.
package enum LineLimits {
    /// For a request; a longer line is refused. No provider accepts one.
    package static let request = 64 * 1024 * 1024
    /// For a result; a longer line fails its own request and no other. Some services repeat the request in the result,
    /// so there is capacity for the longest request and an answer.
    package static let result = request + 32 * 1024 * 1024
}
