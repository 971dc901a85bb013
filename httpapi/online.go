package httpapi

// onlineRoutes are the calls of phones in a paper contest.
func (a *API) onlineRoutes() []route {
	return []route{}
}
