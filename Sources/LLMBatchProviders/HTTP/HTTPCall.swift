import NIOHTTP1

extension HTTPTransport {
    /// One call.
    struct Call {
        var method: HTTPMethod = .GET
        var target: Target
        var query: [(String, String)] = []
        var body: Body = .none
        var headers: [(String, String)] = []
        /// How long the call may take in all, instead of the transport's time-out.
        var timeout: Duration?
        /// Statuses beside 2xx that are answers and no refusals.
        var alsoGood: Set<UInt> = []
        /// True where the service may hand a download over to an address that is its own permission.
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
        /// Below the service's address; each part is encoded.
        case path([String])
        /// A whole address that the service named. It must be of the service's own origin: the credential goes there.
        case url(String)
        /// A whole address that is its own permission (a signed one); no credential of ours goes there.
        case permitted(String)
    }

    enum Body {
        case none
        case json([UInt8])
        case bytes([UInt8], type: String)
        /// An input that is streamed, see ``FramedInput``.
        case stream(FramedInput)

        /// In bytes.
        var length: Int {
            switch self {
            case .none: 0
            case .json(let bytes), .bytes(let bytes, _): bytes.count
            case .stream(let input): input.length
            }
        }
    }

    /// A good answer.
    struct Reply {
        let status: Int
        let requestID: String?
        let headers: HTTPHeaders
        let body: [UInt8]
    }
}
