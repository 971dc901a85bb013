package httpapi

// paperRoutes are the calls of staff about a paper contest.
func (a *API) paperRoutes() []route {
	return []route{}
}
