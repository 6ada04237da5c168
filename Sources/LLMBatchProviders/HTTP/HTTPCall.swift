import NIOHTTP1

extension HTTPTransport {
    /// One call.
    struct Call {
        var method: HTTPMethod = .GET
        var target: Target
        var query: [(String, String)] = []
        var body: Body = .none
        var headers: [(String, String)] = []
        /// The total time limit of the call, instead of the transport's.
        var timeout: Duration?
        /// Statuses other than 2xx that are not errors.
        var alsoGood: Set<UInt> = []
        /// True where the service may redirect a download to a presigned URL.
        var isHandedOver = false

        init(
            method: HTTPMethod = .GET, path: [String], query: [(String, String)] = [], body: Body = .none,
            headers: [(String, String)] = [], timeout: Duration? = nil
        ) {
            self.init(
                method: method, target: .path(path), query: query, body: body, headers: headers, timeout: timeout)
        }

        init(
            method: HTTPMethod = .GET, target: Target, query: [(String, String)] = [], body: Body = .none,
            headers: [(String, String)] = [], timeout: Duration? = nil, alsoGood: Set<UInt> = []
        ) {
            self.method = method
            self.target = target
            self.query = query
            self.body = body
            self.headers = headers
            self.timeout = timeout
            self.alsoGood = alsoGood
        }
    }

    /// Where a call goes.
    enum Target {
        /// A path below the service's address; each part is encoded.
        case path([String])
        /// A full URL from the service. It must have the service's own origin, because the credential is sent there.
        case url(String)
        /// A presigned URL; no credential is sent there.
        case permitted(String)
    }

    enum Body {
        case none
        case json([UInt8])
        case bytes([UInt8], type: String)
        /// A streamed input, see ``FramedInput``.
        case stream(FramedInput)

        /// The length in bytes.
        var length: Int {
            switch self {
            case .none: 0
            case .json(let bytes), .bytes(let bytes, _): bytes.count
            case .stream(let input): input.length
            }
        }
    }

    /// A successful answer.
    struct Reply {
        let status: Int
        let requestID: String?
        let headers: HTTPHeaders
        let body: [UInt8]
    }
}
