public import Foundation
import LLMBatch

/// A server of somebody else's that stands in for a service: run on a free port while a test uses it.
public enum PythonServer {
    /// The Python with the clients and servers of others; set by the project's test script.
    public static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    struct DidNotStart: Error, CustomStringConvertible { let description: String }

    /// A program that stands beside that Python; nil where there is none.
    public static func program(_ name: String) -> URL? {
        let url = python.map { URL(filePath: $0).deletingLastPathComponent().appending(path: name) }
        return url.flatMap { FileManager.default.isExecutableFile(atPath: $0.path) ? $0 : nil }
    }

    /// Runs a script of `Tests/Python` to its end.
    public static func script(_ name: String, _ arguments: [String], _ tool: Tool) async throws -> Tool.Ended {
        guard let python else { throw DidNotStart(description: "there is no Python for tests") }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Python/\(name).py")
        return try await Tool.Running(
            tool: tool, binary: URL(filePath: python), arguments: [file.path] + arguments, input: nil
        ).ended()
    }

    /// Runs a server until `body` returns.
    ///
    /// - Parameter portVariable: the environment variable that gets the port, for servers that look there.
    public static func run(
        _ program: URL, folder: URL, environment: [String: String] = [:], portVariable: String? = nil,
        arguments: (Int) -> [String],
        body: (_ origin: String) async throws -> Void
    ) async throws {
        let port = try freePort()
        var tool = Tool(folder: folder)
        tool.environment = environment.merging(["PYTHONUNBUFFERED": "1"]) { given, _ in given }
        if let portVariable { tool.environment[portVariable] = String(port) }
        let server = try Tool.Running(tool: tool, binary: program, arguments: arguments(port), input: nil)
        defer { server.signal(SIGKILL) }
        for _ in 0..<400 where !canConnect(port) { try await Task.sleep(for: .milliseconds(50)) }
        guard canConnect(port) else { throw DidNotStart(description: server.said) }
        try await body("http://127.0.0.1:\(port)")
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    #if canImport(Glibc)
        private static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        private static let stream = SOCK_STREAM
    #endif

    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let socket = socket(AF_INET, stream, 0)
        defer { close(socket) }
        var own = address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &own) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw DidNotStart(description: "there is no free port") }
        return Int(in_port_t(bigEndian: own.sin_port))
    }

    private static func canConnect(_ port: Int) -> Bool {
        let socket = socket(AF_INET, stream, 0)
        defer { close(socket) }
        var there = address(port)
        return withUnsafeMutablePointer(to: &there) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
